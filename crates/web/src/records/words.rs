//! The words in which a submission or a step is refused.

use campaign::record::{COUNT_MAX, Doubt, Fault, Field, REASON_MAX, StepRefused};

use crate::WebError;

pub(super) const fn label(field: Field) -> &'static str {
    match field {
        Field::Activity => "活动",
        Field::Title => "标题",
        Field::Date => "开展日期",
        Field::Time => "开始时间",
        Field::Count => "数量",
        Field::Place => "地点",
        Field::Minutes => "纪要",
        Field::Link => "链接",
        Field::Absence => "缺席原因",
        Field::Roll => "点名",
        Field::ClientKey => "表单编号",
    }
}

/// The field's name in the form and in JSON.
pub(super) const fn name(field: Field) -> &'static str {
    match field {
        Field::Activity => "activity",
        Field::Title => "title",
        Field::Date => "date",
        Field::Time => "time",
        Field::Count => "count",
        Field::Place => "place",
        Field::Minutes => "minutes",
        Field::Link => "link",
        Field::Absence | Field::Roll => "absent",
        Field::ClientKey => "client_key",
    }
}

pub(super) const fn field_of(fault: &Fault) -> Field {
    match fault {
        Fault::Missing(field) | Fault::TooLong { field, .. } => *field,
        Fault::NoDate { .. } | Fault::InFuture { .. } | Fault::TooOld { .. } => Field::Date,
        Fault::NoTime { .. } => Field::Time,
        Fault::NoCount { .. } => Field::Count,
        Fault::NoLink { .. } => Field::Link,
    }
}

/// What is wrong, and what is allowed.
pub(super) fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Missing(field) => format!("请填写“{}”。", label(*field)),
        Fault::TooLong { field: Field::Roll, most, is } => {
            format!("名单有 {is} 人，一次最多 {most} 人，请分次登记。")
        }
        Fault::TooLong { field, most, is } => {
            format!("“{}”有 {is} 个字，最多 {most} 个字。", label(*field))
        }
        Fault::NoDate { typed } => {
            format!("“开展日期”应写作 2022-03-01 的样子，现为“{typed}”。")
        }
        Fault::InFuture { date, today } => {
            format!("“开展日期”{date} 还没有到（今天是 {today}），请在开展之后登记。")
        }
        Fault::TooOld { date, earliest } => {
            format!("“开展日期”{date} 太早，最早可填 {earliest}。")
        }
        Fault::NoTime { typed } => {
            format!("“开始时间”应写作 14:30 的样子，现为“{typed}”。")
        }
        Fault::NoCount { typed } => {
            format!("“数量”应为 1 到 {COUNT_MAX} 的整数，现为“{typed}”。")
        }
        Fault::NoLink { typed } => {
            format!("“链接”应以 https:// 或 http:// 开头且不含空格，现为“{typed}”。")
        }
    }
}

/// Why times do not fit, for the reviewer.
pub(crate) fn doubt(doubt: &Doubt) -> String {
    let at = |at: &jiff::civil::DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    match doubt {
        Doubt::ActedAfterEntry { acted, entered } => {
            format!("填报的开始时间 {} 晚于提交时间 {}。", at(acted), at(entered))
        }
        Doubt::PhotoFarFromAct { photo, taken, acted_on } => {
            let number = photo + 1;
            format!(
                "第 {number} 张照片的拍摄时间 {} 与开展日期 {acted_on} 相差较远。",
                at(taken)
            )
        }
        Doubt::PhotoAfterEntry { photo, taken, entered } => {
            let number = photo + 1;
            format!("第 {number} 张照片的拍摄时间 {} 晚于提交时间 {}。", at(taken), at(entered))
        }
    }
}

pub(super) fn step_refused(refused: StepRefused) -> WebError {
    let conflict = |words: &str| WebError::Conflict(words.to_owned());
    match refused {
        StepRefused::AlreadyAccepted => {
            conflict("这条记录已经审核通过。如需更正，请审核人先退回。")
        }
        StepRefused::AlreadyReturned => conflict("这条记录已经退回。请在修改后重新提交一条。"),
        StepRefused::AlreadyWithdrawn => conflict("这条记录已经撤回。"),
        StepRefused::OwnRecord => conflict("自己提交的记录应由他人审核。"),
        StepRefused::ReasonMissing => {
            WebError::invalid("退回时请写明原因，让提交人知道怎样改。")
        }
        StepRefused::ReasonTooLong => {
            WebError::invalid(format!("原因最多 {REASON_MAX} 个字。"))
        }
    }
}
