//! The content library (宣传库): what everybody may read, and how a body adds and
//! overrides its own.

mod desk;
mod files;
mod list;
mod read;
mod shelf;
mod show;

use campaign::material::{Block, blocks};
use maud::{Markup, html};

use crate::ask::with_phones;

pub(crate) use desk::{create, edit, edit_form, new_form, step};
pub(crate) use files::{attach, detach, file, thumbnail};
pub(crate) use list::{export, list};
pub(crate) use read::{index, print, read};
pub(crate) use shelf::{Piece, shelf, shipped};
pub(crate) use show::show;

/// A body as HTML; hotlines can be tapped.
pub(crate) fn body(text: &str) -> Markup {
    html! {
        @for block in blocks(text) {
            @match block {
                Block::Heading(words) => { h3 { (words) } }
                Block::Items(items) => { ul { @for item in items { li { (with_phones(item)) } } } }
                Block::Steps(steps) => { ol { @for step in steps { li { (with_phones(step)) } } } }
                Block::Paragraph(words) => { p { (with_phones(&words)) } }
            }
        }
    }
}

/// Whom a material is for.
pub(crate) const fn audience(asker: campaign::consultation::Asker) -> &'static str {
    use campaign::consultation::Asker;
    match asker {
        Asker::Anyone => "全体",
        Asker::Pupil => "学生",
        Asker::Parent => "家长",
        Asker::Teacher => "教师",
    }
}
