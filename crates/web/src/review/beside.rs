//! Suspicions, side by side with what they point at.

use campaign::record::doubts;
use jiff::civil::{DateTime, Time};
use maud::{Markup, html};
use office::wording;
use storage::Conn;
use storage::evidence::{self, Evidence};
use storage::record::{self, Record};
use storage::suspicion::{Kind, Suspicion, Verdict};

use crate::layout::{Tone, field, tag};
use crate::session::SignedIn;
use crate::{App, WebError, clock, path, records, text};

/// The card for the reviewer; nothing if nothing is suspect.
pub(crate) async fn side_by_side(
    app: &App,
    who: &SignedIn,
    conn: &mut Conn,
    (record, files): (&Record, &[Evidence]),
    suspicions: &[Suspicion],
) -> Result<Markup, WebError> {
    let mut shown = Vec::new();
    for it in suspicions {
        let other = match &it.other_record {
            Some(id) => record::by_id(conn, id).await?,
            None => None,
        };
        let other_file = match &it.other_evidence {
            Some(id) => evidence::by_id(conn, id).await?.map(|(file, _)| file),
            None => None,
        };
        // Another unit's material is shown for comparison, its page only to
        // those who may see it.
        let may_open =
            other.as_ref().is_some_and(|other| records::may_see(app, who, other).is_ok());
        let own_file = files.iter().find(|file| Some(&file.id) == it.evidence.as_ref());
        shown.push(html! {
            section.card.suspicion {
                h3 { (title(it.kind)) @if let Some(share) = it.similarity { "（相似度 " (text::percent(Some(share))) "）" } }
                @match it.kind {
                    Kind::ImpossibleTime => (times(record, files)),
                    _ => @if let Some(other) = &other {
                        (compare(app, (record, own_file), (other, other_file.as_ref()), (it.kind, may_open)))
                    },
                }
                (verdict(it, who.actor.account != record.submitted_by))
            }
        });
    }
    Ok(html! {
        @if !shown.is_empty() {
            section {
                h2 { "请核对" }
                p.muted { "以下只是提示，不影响记录计入任务；是否有问题由审核人判断。" }
                @for card in &shown { (card) }
            }
        }
    })
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::SameFile => "同一个文件以前用过",
        Kind::SimilarPhoto => "照片与以前的相似（可能裁剪、缩放或调色）",
        Kind::SimilarText => "纪要与以前的大段相同",
        Kind::ImpossibleTime => "时间对不上",
    }
}

fn times(record: &Record, files: &[Evidence]) -> Markup {
    let time =
        record.acted_time.as_deref().and_then(|it| format!("{it}:00").parse::<Time>().ok());
    let photos: Vec<Option<DateTime>> =
        files.iter().map(|file| file.taken_at.as_deref()?.parse().ok()).collect();
    let found = doubts((record.acted_on, time), clock::local(record.submitted_at), &photos);
    html! {
        ul { @for doubt in &found { li { (records::doubt(doubt)) } } }
    }
}

fn compare(
    app: &App,
    own: (&Record, Option<&Evidence>),
    other: (&Record, Option<&Evidence>),
    (kind, may_open): (Kind, bool),
) -> Markup {
    let texts = (kind == Kind::SimilarText)
        .then(|| Some((own.0.minutes.as_deref()?, other.0.minutes.as_deref()?)))
        .flatten();
    let marked = texts.map(|(left, right)| {
        let found = wording::compare(left, right);
        (marks(left, &found.left), marks(right, &found.right))
    });
    let (left, right) = marked.map_or((None, None), |(left, right)| (Some(left), Some(right)));
    html! {
        div.beside {
            (side(app, "这一条", own, (true, left)))
            (side(app, "先前的一条", other, (may_open, right)))
        }
    }
}

fn side(
    app: &App,
    label: &str,
    (record, file): (&Record, Option<&Evidence>),
    (may_open, words): (bool, Option<Markup>),
) -> Markup {
    let tree = app.live.tree();
    html! {
        div {
            p.small.muted { (label) }
            p {
                @if may_open { a href=(path::record(&record.id)) { (record.title) } } @else { (record.title) }
                br;
                span.small { (tree.full_name(&record.unit)) " · " (record.acted_on) " · " (record.status.chinese()) }
            }
            @if let Some(file) = file {
                @if may_open && file.thumbnail_sha256.is_some() {
                    a href=(path::file(&file.id)) { img src=(path::thumbnail(&file.id)) alt=(file.name) loading="lazy"; }
                } @else {
                    p.small { (file.name) @if !may_open { "（不在您的范围，原图请联系上级查看）" } }
                }
            }
            @if let Some(words) = words { p.words.small { (words) } }
        }
    }
}

/// The text with what both have in common marked.
fn marks(text: &str, ranges: &[std::ops::Range<usize>]) -> Markup {
    let mut pieces: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    for range in ranges {
        if let (Some(plain), Some(common)) =
            (text.get(at..range.start), text.get(range.clone()))
        {
            pieces.push((plain, false));
            pieces.push((common, true));
            at = range.end;
        }
    }
    pieces.push((text.get(at..).unwrap_or_default(), false));
    html! { @for (piece, common) in pieces { @if common { mark { (piece) } } @else { (piece) } } }
}

fn verdict(it: &Suspicion, may_judge: bool) -> Markup {
    html! {
        @match it.verdict {
            Some(verdict) => p {
                (tag(
                    match verdict { Verdict::Fine => "没有问题", Verdict::Reused => "确属重复使用" },
                    match verdict { Verdict::Fine => Tone::Good, Verdict::Reused => Tone::Bad },
                ))
                @if let Some(at) = it.decided_at { span.small.muted { " " (text::moment(at)) } }
                @if let Some(note) = it.note.as_deref().filter(|note| !note.is_empty()) { " " (note) }
            },
            None => @if may_judge {
                form method="post" action=(format!("{}/suspicion/{}", path::REVIEW, it.id)) {
                    (field("说明（可不填）", None, html! { input name="note" maxlength="500"; }))
                    p.actions {
                        button.quiet type="submit" name="verdict" value="fine" { "没有问题" }
                        button.danger type="submit" name="verdict" value="reused" { "确属重复使用" }
                    }
                }
            } @else { p.muted { "等待他人核对。" } },
        }
    }
}
