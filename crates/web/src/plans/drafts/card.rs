//! One item beside its sentence: what it says, why, and what may be decided.

use campaign::plan::{self, Cadence, Plan};
use drafting::confirm::{Element, Fields};
use maud::{Markup, html};
use storage::draft::{Carried, Decision, Origin};

use super::{Desk, Line, home};
use crate::layout::{Tone, tag};

/// What is wrong with an item, in words.
pub(super) type Problems = Vec<String>;

pub(super) const fn kind_words(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"target" => "目标",
        b"phase" => "阶段",
        _ => "任务",
    }
}

/// What an item asks, in one line.
pub(super) fn says(fields: &Fields) -> String {
    match fields.element() {
        Ok(Element::Duty(it)) => {
            let empty = Plan::new(head());
            let due = it.due_words().map(|due| format!("，{due}")).unwrap_or_default();
            format!("{}，{}{due}", empty.by_words(&it.by), it.cadence_words())
        }
        Ok(Element::Target(it, own)) => {
            let mut plan = Plan::new(head());
            plan.indicators.extend(own);
            plan.target_words(&it)
        }
        Ok(Element::Phase(it)) => format!("{} 至 {}", it.from, it.until),
        Err(wrong) => {
            let fields: Vec<&str> = wrong.iter().map(|it| field_words(it.field)).collect();
            format!("还要补上：{}", fields.join("、"))
        }
    }
}

/// Words of elements need a plan around them, but nothing of its head.
fn head() -> plan::Head {
    let day = jiff::civil::Date::constant(2000, 1, 1);
    plan::Head {
        id: "x".to_owned(),
        name: String::new(),
        issuer: String::new(),
        document: None,
        from: day,
        until: day,
        in_force: None,
        version: 1,
        adopts: None,
        note: None,
    }
}

/// How pages call a field.
pub(super) fn field_words(field: &str) -> &'static str {
    match field {
        "kind" => "类别",
        "name" => "名称",
        "clause" => "依据",
        "by" => "由谁完成",
        "cadence" => "频次",
        "quota" => "数量",
        "year" => "年度",
        "season" => "时段",
        "due" => "截止",
        "from" => "开始",
        "until" => "结束",
        "event" => "事件",
        "within_days" => "几天内",
        "held_by" => "组织",
        "proof" => "佐证",
        "minutes" => "用时",
        "indicator" => "指标",
        "measured" => "指标怎样计",
        "op" => "界限",
        "value" => "数值",
        "baseline" => "基准年",
        _ => "填写",
    }
}

fn state_tag(line: &Line) -> Markup {
    let percent = (line.item.confidence * 100.0).round();
    html! {
        @match line.item.state {
            Decision::Accepted => (tag("已确认", Tone::Good)),
            Decision::Dropped => (tag("已删去", Tone::Faint)),
            Decision::Open if line.is_sure() => (tag(&format!("把握 {percent}%"), Tone::Calm)),
            Decision::Open if line.item.origin == Origin::Added => (tag("补充，待填写", Tone::Warn)),
            // The rules may be certain of a sentence that leaves something open.
            Decision::Open if drafting::Item::SURE <= line.item.confidence => (tag("请核对", Tone::Warn)),
            Decision::Open => (tag(&format!("存疑 {percent}%"), Tone::Warn)),
        }
        @match line.item.carried {
            Carried::Same => { " " (tag("沿用上一稿", Tone::Calm)) }
            Carried::Near => { " " (tag("沿用上一稿（字句略改）", Tone::Calm)) }
            Carried::Changed => { " " (tag("原句有改动", Tone::Warn)) }
            Carried::New => { " " (tag("新稿新增", Tone::Warn)) }
            Carried::First => {}
        }
    }
}

/// The card. `inside` takes the place of the buttons, such as the form.
pub(super) fn card(
    desk: &Desk,
    line: &Line,
    (problems, inside): (&[String], Option<Markup>),
) -> Markup {
    let it = &line.item;
    let span = it.start.max(0) as usize..it.end.max(0) as usize;
    let sentences = desk.layout.touched(&span);
    let places: Vec<String> = sentences.clone().map(|n| format!("s{n}")).collect();
    let is_open = it.state == Decision::Open;
    let here = format!("{}/items/{}", home(&desk.draft.id), it.id);
    let label = format!("n-{}", it.id);
    html! {
        li.item id=(format!("i-{}", it.id)) data-state=(it.state.code()) data-s=(places.join(" ")) tabindex="-1" aria-labelledby=(label) {
            div.item-head {
                span.small.muted { (kind_words(&line.fields.kind)) }
                strong id=(label) { (line.fields.name) }
                span.tags { (state_tag(line)) }
            }
            p.says { (says(&line.fields)) span.muted { " · 依据 " (line.fields.clause) } }
            a.quote href=(format!("#s{}", sentences.start)) { "“" (it.quote) "”" }
            @if is_open && !line.is_sure() {
                p.why {
                    "读法：" (it.why)
                    @for doubt in &line.fields.unsure { "；" (doubt) }
                }
            }
            @for words in problems { p.field-error role="alert" { (words) } }
            @if let Some(inside) = inside { (inside) }
            @else if desk.is_open() {
                form.decide method="post" action=(here) {
                    input type="hidden" name="revision" value=(it.revision);
                    @if is_open {
                        button.slim name="step" value="accept" aria-describedby=(label) { "确认" }
                        a.button.quiet.slim data-edit="" aria-describedby=(label) href=(here) { "修改" }
                        button.quiet.slim name="step" value="drop" aria-describedby=(label) { "删去" }
                    } @else {
                        @if it.state == Decision::Accepted { a.button.quiet.slim data-edit="" aria-describedby=(label) href=(here) { "修改" } }
                        button.quiet.slim name="step" value="undo" aria-describedby=(label) { "撤销" }
                    }
                }
            }
        }
    }
}

/// How far it is, in words and as a bar.
pub(super) fn progress(desk: &Desk) -> Markup {
    let (decided, all) = (desk.decided(), desk.lines.len());
    let sure = desk.lines.iter().filter(|it| it.is_open() && it.is_sure()).count();
    html! {
        div.progress-line id="progress" {
            p role="status" { "已处理 " strong { (decided) } " / " (all) " 条" }
            progress max=(all.max(1)) value=(decided) { (decided) "/" (all) }
            @if desk.is_open() && 0 < sure {
                form method="post" action=(format!("{}/sure", home(&desk.draft.id))) {
                    button.quiet.slim type="submit" { "确认全部有把握的 " (sure) " 条" }
                }
            }
        }
    }
}

/// Whether an item counts times at all.
pub(super) fn is_counted(cadence: &str) -> bool {
    Cadence::from_code(cadence) != Some(Cadence::Continuous)
}
