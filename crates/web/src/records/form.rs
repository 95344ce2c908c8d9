//! The form: what the act needs, prefilled, and nothing twice.

use std::collections::HashMap;

use campaign::plan::Proof;
use campaign::record::{
    COUNT_MAX, Form, LINK_MAX, MINUTES_MAX, PLACE_MAX, TITLE_MAX, YEARS_BACK,
};
use maud::{Markup, html};
use storage::record::Candidate;

use super::{activities, activity_name, closed, roll};
use crate::App;
use crate::files::{FILE_MAX, FILES_MAX, PHOTO_MAX};
use crate::layout::{self, Tone, field, heading, options};
use crate::live::{Owed, Tree};

/// What the form's page shows besides the fields.
pub(super) struct Sheet<'a> {
    pub(super) form: &'a Form,
    pub(super) people: &'a [Candidate],
    pub(super) absent: &'a HashMap<String, String>,
    pub(super) is_called: bool,
    /// Faults, in words.
    pub(super) faults: &'a [String],
    /// What this act is owed for.
    pub(super) owed: &'a [Owed],
    pub(super) returned: Option<&'a str>,
}

pub(super) fn page(app: &App, tree: &Tree, sheet: &Sheet<'_>) -> Markup {
    let form = sheet.form;
    let name = activity_name(app, &form.activity);
    let today = app.clock.today();
    let earliest = format!("{}-01-01", today.year() - YEARS_BACK);
    html! {
        (heading(&format!("登记{name}"), None))
        p.lede { (tree.full_name(&form.unit)) }
        @for fault in sheet.faults { (layout::note(fault, Tone::Bad)) }
        @if !sheet.faults.is_empty() {
            (layout::note("填写的内容都还在；已选的文件需要重新选择。", Tone::Calm))
        }
        @if let Some(reason) = sheet.returned {
            (layout::note(&format!("上一条被退回：{reason}。修改后重新提交即可，不必重填。"), Tone::Warn))
        }
        (asked(sheet.owed))
        form.record method="post" action="/records/new" enctype="multipart/form-data"
            data-draft=(format!("{}/{}/{}", form.unit, form.person, form.activity)) {
            input type="hidden" name="activity" value=(form.activity);
            input type="hidden" name="unit" value=(form.unit);
            input type="hidden" name="person" value=(form.person);
            input type="hidden" name="replaces" value=(form.replaces);
            input type="hidden" name="client_key" value=(form.client_key) data-fresh="";
            section.card {
                div.pair {
                    (field("开展日期", None, html! {
                        input type="date" name="date" value=(form.date) required
                            min=(earliest) max=(today.to_string());
                    }))
                    (field("开始时间（可不填）", None, html! {
                        input type="time" name="time" value=(form.time);
                    }))
                }
                (field("标题", None, html! {
                    input name="title" value=(form.title) required maxlength=(TITLE_MAX);
                }))
                div.pair {
                    (field("数量", Some("一次活动填 1；一并登记多次时填次数"), html! {
                        input type="number" name="count" inputmode="numeric" min="1" max=(COUNT_MAX)
                            value=(if form.count.is_empty() { "1" } else { &form.count });
                    }))
                    (field("地点（可不填）", None, html! {
                        input name="place" value=(form.place) maxlength=(PLACE_MAX);
                    }))
                }
            }
            @if !sheet.people.is_empty() {
                section.card { (roll::tiles(sheet.people, sheet.absent, sheet.is_called)) }
            }
            details.card open[!form.minutes.is_empty() || !form.link.is_empty() || wants_words(sheet.owed)] {
                summary { "纪要和链接（可不填）" }
                (field("纪要", Some("讲了什么、议定了什么，几句话即可"), html! {
                    textarea name="minutes" maxlength=(MINUTES_MAX) { (form.minutes) }
                }))
                (field("链接", None, html! {
                    input type="url" name="link" value=(form.link) maxlength=(LINK_MAX) placeholder="https://";
                }))
            }
            details.card {
                summary { "照片和文件（可不传）" }
                (field(
                    "选择文件",
                    Some(&format!(
                        "最多 {FILES_MAX} 个；照片每张不超过 {} MB，其他每个不超过 {} MB",
                        PHOTO_MAX >> 20,
                        FILE_MAX >> 20
                    )),
                    html! {
                        input type="file" name="files" multiple
                            accept="image/jpeg,image/png,image/webp,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt,.csv,audio/*,video/*";
                    },
                ))
                p.small.muted { "照片不是必需的。原件保留，照片自带的拍摄时间和地点只供审核核对。" }
            }
            p.actions.sticky { button.wide-button type="submit" { "提交" } }
        }
    }
}

/// Which duties this will close, with the lightest proof that suffices.
fn asked(owed: &[Owed]) -> Markup {
    html! {
        @if !owed.is_empty() {
            details.card.asked {
                summary { "提交后计入 " (owed.len()) " 项任务" }
                ul.list {
                    @for it in owed {
                        @let duty = it.duty();
                        li { div.main {
                            a href=(closed::clause_href(it)) { (duty.name) }
                            span.small.muted {
                                " · " (it.campaign.campaign.name) " · " (duty.clause)
                                @if !duty.proof.is_empty() { " · 佐证任选其一：" (proofs(&duty.proof)) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

pub(crate) fn proofs(proof: &[Proof]) -> String {
    proof.iter().map(|it| it.chinese()).collect::<Vec<_>>().join("、")
}

fn wants_words(owed: &[Owed]) -> bool {
    owed.iter().any(|it| {
        matches!(
            it.duty().proof.first(),
            Some(Proof::Minutes | Proof::Link | Proof::QuizResult)
        )
    })
}

/// Which act, and of which unit: for those who come without a duty in hand.
pub(super) fn choose(
    app: &App,
    units: &[(String, String)],
    (unit, activity): (&str, &str),
) -> Markup {
    let activities = activities(app);
    let pairs = |all: &'_ [(String, String)]| {
        all.iter().map(|(code, name)| (code.clone(), name.clone())).collect::<Vec<_>>()
    };
    let (units, activities) = (pairs(units), pairs(&activities));
    html! {
        (heading("登记一次活动", None))
        form.card method="get" action="/records/new" {
            (field("单位", None, html! {
                select name="unit" required {
                    (options(units.iter().map(|(code, name)| (code.as_str(), name.as_str())), unit))
                }
            }))
            (field("做了什么", None, html! {
                select name="activity" required {
                    (options(activities.iter().map(|(code, name)| (code.as_str(), name.as_str())), activity))
                }
            }))
            button type="submit" { "下一步" }
        }
        @if activities.is_empty() {
            (layout::note("还没有启用方案，因此没有要登记的活动。请经办人先在“方案”中启用。", Tone::Warn))
        }
    }
}
