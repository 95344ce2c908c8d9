//! What can be said of a plan once it reads without an error: whether it is
//! weaker than its superior's, and what a person should look at again.

use super::adopt::adopt;
use super::catalogue;
use super::finding::{Finding, Severity};
use super::model::{Cadence, Plan};
use super::weaker::weaker;

/// Everything to be told about a plan, errors first.
pub fn check(plan: &Plan, superior: Option<&Plan>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match (superior, plan.head.adopts.as_deref()) {
        (Some(superior), Some(adopted)) if adopted == superior.head.id => {
            let effective = adopt(superior, plan);
            findings.extend(weaker(&effective, superior));
            dangling(&mut findings, &effective);
        }
        (Some(superior), Some(adopted)) => findings.push(
            Finding::about(
                Severity::Error,
                "plan",
                "",
                format!("方案采用的是 `{adopted}`，给出的上级方案是 `{}`", superior.head.id),
            )
            .allowing("给出所采用的方案，或改 adopts"),
        ),
        (Some(superior), None) => findings.extend(weaker(plan, superior)),
        (None, Some(adopted)) => findings.push(
            Finding::about(
                Severity::Advice,
                "plan",
                "",
                format!("没有给出上级方案 `{adopted}`，是否弱于上级未检查"),
            )
            .allowing("加上 --superior 文件"),
        ),
        (None, None) => {}
    }
    overlapping_phases(&mut findings, plan);
    advice(&mut findings, plan);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// References of an adopting plan, once it is put together with the superior's.
fn dangling(findings: &mut Vec<Finding>, plan: &Plan) {
    let mut tell = |section: &str, id: &str, field: &str, wanted: &str| {
        let message = format!("`{field}` 引用了不存在的 `{wanted}`");
        findings.push(Finding::about(Severity::Error, section, id, message));
    };
    let known_duty = |id: &String| plan.duty(id).is_some();
    let known_fact = |id: &String| {
        known_duty(id)
            || plan.target(id).is_some()
            || plan.measured(id).is_some()
            || plan.honours.iter().any(|honour| honour.id == *id)
            || plan.reports.iter().any(|report| report.id == *id)
            || catalogue::entry(catalogue::EVENTS, id).is_some()
    };
    for one in &plan.responsibilities {
        for id in one.duties.iter().filter(|id| !known_duty(id)) {
            tell("responsibility", "", "duties", id);
        }
        let known = |id: &String| plan.key_periods.iter().any(|period| period.id == *id);
        for id in one.key_periods.iter().filter(|id| !known(id)) {
            tell("responsibility", "", "key-periods", id);
        }
    }
    for one in &plan.key_periods {
        for id in one.duties.iter().filter(|id| !known_duty(id)) {
            tell("key-period", &one.id, "duties", id);
        }
    }
    for one in &plan.honours {
        let facts = one.criteria.iter().filter_map(|criterion| criterion.fact.as_ref());
        for id in facts.chain(&one.revoked_by).filter(|id| !known_fact(id)) {
            tell("honour", &one.id, "criteria", id);
        }
    }
    for one in &plan.scoring {
        for id in one.on.iter().filter(|id| !known_fact(id)) {
            tell("score", &one.id, "on", id);
        }
    }
    for one in &plan.reports {
        for id in one.duty.iter().filter(|id| !known_duty(id)) {
            tell("report", &one.id, "duty", id);
        }
    }
    for one in &plan.posts {
        for id in one.duty.iter().filter(|id| !known_duty(id)) {
            tell("post", &one.post, "duty", id);
        }
    }
    let by_phase = |duty: &&super::model::Duty| duty.cadence == Cadence::Phase;
    if plan.phases.is_empty() {
        for duty in plan.duties.iter().filter(by_phase) {
            tell("duty", &duty.id, "cadence", "phase");
        }
    }
}

fn overlapping_phases(findings: &mut Vec<Finding>, plan: &Plan) {
    for (n, later) in plan.phases.iter().enumerate() {
        for earlier in &plan.phases[..n] {
            if later.from <= earlier.until && earlier.from <= later.until {
                let message = format!("阶段“{}”与“{}”的日期重叠", later.name, earlier.name);
                findings.push(
                    Finding::about(Severity::Warning, "phase", &later.id, message)
                        .allowing("各阶段首尾相接，互不重叠"),
                );
            }
        }
    }
}

fn advice(findings: &mut Vec<Finding>, plan: &Plan) {
    for duty in &plan.duties {
        let tell =
            |severity, message: String| Finding::about(severity, "duty", &duty.id, message);
        if let Some(unsure) = &duty.unsure {
            let message = format!("任务“{}”有待确认：{unsure}", duty.name);
            findings.push(tell(Severity::Warning, message).allowing("确认后删去 unsure"));
        }
        if let Some(post) = duty.doer.as_deref().and_then(catalogue::post) {
            for kind in duty.by.kind.iter().filter(|kind| !post.kinds.contains(kind)) {
                let message = format!(
                    "任务“{}”没有责任人：{}不设{}",
                    duty.name,
                    kind.chinese(),
                    post.name
                );
                let kinds: Vec<&str> = post.kinds.iter().map(|kind| kind.code()).collect();
                let allowed = format!("{}可设在：{}", post.name, kinds.join("、"));
                findings.push(tell(Severity::Warning, message).allowing(allowed));
            }
        }
        if catalogue::entry(catalogue::ACTIVITIES, &duty.activity).is_none() {
            let ids = catalogue::ACTIVITIES.iter().map(|entry| entry.id);
            let known_here = plan
                .duties
                .iter()
                .any(|other| other.id != duty.id && other.activity == duty.activity);
            if let Some(likely) = super::finding::closest(&duty.activity, ids)
                && !known_here
            {
                let message =
                    format!("活动 `{}` 不在目录里，别的方案的记录不能共用", duty.activity);
                findings.push(
                    tell(Severity::Advice, message).allowing(format!("是不是 `{likely}`？")),
                );
            }
        }
    }
    for target in plan.targets.iter().filter(|target| target.unsure.is_some()) {
        let message = format!(
            "目标“{}”有待确认：{}",
            target.name,
            target.unsure.as_deref().unwrap_or_default()
        );
        findings.push(
            Finding::about(Severity::Warning, "target", &target.id, message)
                .allowing("确认后删去 unsure"),
        );
    }
}
