//! Where a plan asks for less than its superior's (B4). A lower body may be
//! stricter, never weaker.

use jiff::civil::Date;

use super::describe::date_words;
use super::estimate::acts_per_year;
use super::finding::{Finding, Severity};
use super::model::{By, Cadence, Due, Duty, HeldBy, Op, Plan, Season, Target, UnitKind};

/// Every place where `plan` is weaker than `superior`. The plan is judged as a
/// whole: a superior's duty that it lacks counts as removed.
pub fn weaker(plan: &Plan, superior: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for theirs in &superior.duties {
        duty_weaker(&mut findings, plan, superior, theirs);
    }
    for theirs in &superior.targets {
        target_weaker(&mut findings, plan, superior, theirs);
    }
    findings
}

fn duty_weaker(findings: &mut Vec<Finding>, plan: &Plan, superior: &Plan, theirs: &Duty) {
    if let Some(ours) = plan.duty(&theirs.id) {
        for (said, allowed) in reasons(plan, superior, ours, theirs) {
            findings.push(
                Finding::about(
                    Severity::Error,
                    "duty",
                    &ours.id,
                    format!("任务“{}”弱于上级方案（{}）：{said}", ours.name, theirs.clause),
                )
                .allowing(allowed),
            );
        }
        return;
    }
    // The bureau's own work is not asked of those below it.
    if theirs.by.kind == [UnitKind::Bureau] && plan.head.adopts.is_none() {
        return;
    }
    // A plan written on its own has ids of its own: the act tells them apart.
    let same_act: Vec<&Duty> =
        plan.duties.iter().filter(|ours| ours.activity == theirs.activity).collect();
    if same_act.iter().any(|ours| reasons(plan, superior, ours, theirs).is_empty()) {
        return;
    }
    match same_act.first() {
        Some(ours) => {
            for (said, allowed) in reasons(plan, superior, ours, theirs) {
                let message =
                    format!("任务“{}”弱于上级方案（{}）：{said}", ours.name, theirs.clause);
                findings.push(
                    Finding::about(Severity::Error, "duty", &ours.id, message)
                        .allowing(allowed),
                );
            }
        }
        None => findings.push(
            Finding::about(
                Severity::Error,
                "plan",
                "",
                format!(
                    "缺少上级方案的任务“{}”（{}，{}）",
                    theirs.name, theirs.id, theirs.clause
                ),
            )
            .allowing(format!("不得取消，须{}", theirs.cadence_words())),
        ),
    }
}

/// Why `ours` is weaker than `theirs`, each with what would be enough.
fn reasons(plan: &Plan, superior: &Plan, ours: &Duty, theirs: &Duty) -> Vec<(String, String)> {
    let mut reasons = Vec::new();
    how_often(&mut reasons, plan, superior, ours, theirs);
    until_when(&mut reasons, plan, superior, ours, theirs);
    whose(&mut reasons, plan, superior, ours, theirs);
    if theirs.held_by == HeldBy::Own && ours.held_by == HeldBy::Superior {
        reasons.push((
            "上级要求本单位自办，这里由上级统一组织即可".to_owned(),
            "held-by 写 own 或不写".to_owned(),
        ));
    }
    reasons
}

fn how_often(
    reasons: &mut Vec<(String, String)>,
    plan: &Plan,
    superior: &Plan,
    ours: &Duty,
    theirs: &Duty,
) {
    let wanted = format!("不得低于：{}", theirs.cadence_words());
    let unlike = |cadence| matches!(cadence, Cadence::Event | Cadence::Continuous);
    if unlike(theirs.cadence) || unlike(ours.cadence) {
        let same = theirs.cadence == ours.cadence;
        // Something with a number is more than something without.
        let counted_instead = theirs.cadence == Cadence::Continuous && !unlike(ours.cadence);
        if !same && !counted_instead {
            let said =
                format!("频次由{}改为{}", theirs.cadence.chinese(), ours.cadence.chinese());
            reasons.push((said, wanted.clone()));
        }
        if let (Some(our_event), Some(their_event)) = (&ours.event, &theirs.event) {
            if our_event.name != their_event.name {
                reasons.push(("触发事件不同".to_owned(), wanted.clone()));
            } else if our_event.within_days > their_event.within_days {
                let said = format!(
                    "时限{}天，上级{}天",
                    our_event.within_days, their_event.within_days
                );
                reasons.push((said, wanted.clone()));
            }
        }
        if same && theirs.cadence == Cadence::Event && ours.quota < theirs.quota {
            reasons.push((format!("数量{}，上级{}", ours.quota, theirs.quota), wanted));
        }
        return;
    }
    if length(ours.cadence) > length(theirs.cadence) {
        let said = format!("频次{}，上级{}", ours.cadence.chinese(), theirs.cadence.chinese());
        reasons.push((said, wanted));
        return;
    }
    let fewer = if ours.cadence == theirs.cadence {
        ours.quota < theirs.quota
    } else {
        let year = |plan: &Plan, duty: &Duty| acts_per_year(plan, duty).unwrap_or(0.0);
        year(plan, ours) < year(superior, theirs)
    };
    if fewer {
        let said = format!("{}，上级{}", ours.cadence_words(), theirs.cadence_words());
        reasons.push((said, wanted));
    }
    if theirs.season != ours.season && theirs.season == Season::Always {
        let said = format!("只在{}做，上级要求全年", ours.season.chinese());
        reasons.push((said, "season 写 always 或不写".to_owned()));
    }
    if ours.year != theirs.year && theirs.year.is_some() && ours.year.is_some() {
        reasons.push(("年度的起止与上级不同".to_owned(), "year 与上级一致".to_owned()));
    }
}

/// How long a period is, roughly, in days.
fn length(cadence: Cadence) -> u32 {
    match cadence {
        Cadence::Daily => 1,
        Cadence::Weekly => 7,
        Cadence::Monthly => 30,
        Cadence::Quarterly => 91,
        Cadence::Term => 182,
        Cadence::Yearly => 365,
        Cadence::Phase => 366,
        Cadence::Once | Cadence::Event | Cadence::Continuous => 100_000,
    }
}

fn until_when(
    reasons: &mut Vec<(String, String)>,
    plan: &Plan,
    superior: &Plan,
    ours: &Duty,
    theirs: &Duty,
) {
    if ours.cadence == theirs.cadence {
        let later = if theirs.cadence == Cadence::Once {
            last_day(plan, ours) > last_day(superior, theirs)
        } else {
            latest(ours.due) > earliest(theirs.due) && !(ours.due == theirs.due)
        };
        if later {
            let words = |plan: &Plan, duty: &Duty| {
                duty.due_words().unwrap_or_else(|| match duty.cadence {
                    Cadence::Once => date_words(plan.head.until) + "前",
                    _ => "期末当日前".to_owned(),
                })
            };
            let (our_due, their_due) = (words(plan, ours), words(superior, theirs));
            reasons.push((
                format!("截止于{our_due}，上级{their_due}"),
                format!("不晚于{their_due}"),
            ));
        }
    }
    let start = theirs.from.unwrap_or(superior.head.from).max(plan.head.from);
    if let Some(from) = ours.from.filter(|from| *from > start) {
        reasons.push((
            format!("从{}才开始", date_words(from)),
            format!("不晚于{}开始", date_words(start)),
        ));
    }
    let end = theirs.until.unwrap_or(superior.head.until).min(plan.head.until);
    if let Some(until) =
        ours.until.filter(|until| *until < end && ours.cadence != Cadence::Once)
    {
        reasons.push((
            format!("到{}就结束", date_words(until)),
            format!("不早于{}结束", date_words(end)),
        ));
    }
}

fn last_day(plan: &Plan, duty: &Duty) -> Date {
    match duty.due {
        Some(Due::On(day)) => day,
        _ => duty.until.unwrap_or(plan.head.until),
    }
}

/// The latest a due date can fall, in days after the period's end.
fn latest(due: Option<Due>) -> i32 {
    match due {
        Some(Due::DayOfMonth(day)) => i32::from(day.min(31)) - 31,
        Some(Due::DaysAfter(days)) => i32::from(days),
        Some(Due::WorkdaysAfter(days)) => i32::from(days) + 2 * (i32::from(days) / 5 + 1),
        Some(Due::On(_)) | None => 0,
    }
}

/// The earliest a due date can fall. Workdays are compared with workdays as
/// such, so that the same rule is never weaker than itself.
fn earliest(due: Option<Due>) -> i32 {
    match due {
        Some(Due::WorkdaysAfter(days)) => i32::from(days),
        other => latest(other),
    }
}

fn whose(
    reasons: &mut Vec<(String, String)>,
    plan: &Plan,
    superior: &Plan,
    ours: &Duty,
    theirs: &Duty,
) {
    let (our_words, their_words) = (plan.by_words(&ours.by), superior.by_words(&theirs.by));
    let same_id = ours.id == theirs.id;
    if !covers(&ours.by, &theirs.by, same_id) {
        let said = format!("责任主体是{our_words}，上级是{their_words}");
        reasons.push((said, format!("须包括{their_words}")));
    }
    let missing: Vec<&str> = theirs
        .audience
        .iter()
        .filter(|code| !ours.audience.contains(code))
        .map(|code| superior.audience_name(code))
        .collect();
    if !missing.is_empty() && !ours.audience.is_empty() {
        reasons.push((
            format!("对象少了{}", missing.join("、")),
            format!("须包括{}", superior.audience_words(&theirs.audience)),
        ));
    }
}

/// Whether everybody of `theirs` is in `ours`. A finer unit covers a coarser
/// one only where the two are different duties about the same act: under one
/// id it would take the school's own standing away.
fn covers(ours: &By, theirs: &By, same_id: bool) -> bool {
    let stages = ours.stage.is_empty()
        || (!theirs.stage.is_empty()
            && theirs.stage.iter().all(|one| ours.stage.contains(one)));
    let persons = |by: &By| by.post.is_some() || !by.audience.is_empty();
    let kinds = if persons(theirs) {
        ours.kind.is_empty()
            || (!theirs.kind.is_empty()
                && theirs.kind.iter().all(|one| ours.kind.contains(one)))
    } else if same_id || persons(ours) {
        theirs.kind.iter().all(|one| ours.kind.contains(one))
    } else {
        // Later kinds are finer: a class meeting in every class is more than
        // one in the school.
        theirs.kind.iter().all(|one| ours.kind.iter().any(|our| our >= one))
    };
    let who = ours.post == theirs.post
        && if theirs.audience.is_empty() {
            ours.audience.is_empty()
        } else {
            theirs.audience.iter().all(|one| ours.audience.contains(one))
        };
    stages && kinds && who
}

fn target_weaker(findings: &mut Vec<Finding>, plan: &Plan, superior: &Plan, theirs: &Target) {
    let last = |plan: &Plan, target: &Target| target.by.unwrap_or(plan.head.until);
    let same_id = plan.target(&theirs.id);
    let ours = same_id.or_else(|| {
        let same = |ours: &&Target| {
            ours.indicator == theirs.indicator && ours.baseline == theirs.baseline
        };
        let alike: Vec<&Target> = plan.targets.iter().filter(same).collect();
        let holds = |ours: &&&Target| {
            !lower(ours, theirs) && last(plan, ours) <= last(superior, theirs)
        };
        alike.iter().find(holds).or(alike.first()).copied()
    });
    let wanted = format!("不得低于：{}", superior.target_words(theirs));
    let Some(ours) = ours else {
        let message = format!("缺少上级方案的目标“{}”（{}）", theirs.name, theirs.clause);
        findings.push(Finding::about(Severity::Error, "plan", "", message).allowing(wanted));
        return;
    };
    let mut tell = |said: String| {
        let message = format!("目标“{}”弱于上级方案（{}）：{said}", ours.name, theirs.clause);
        findings.push(
            Finding::about(Severity::Error, "target", &ours.id, message)
                .allowing(wanted.clone()),
        );
    };
    if ours.indicator != theirs.indicator || ours.baseline != theirs.baseline {
        tell("指标或基准年与上级不同".to_owned());
    } else if lower(ours, theirs) {
        tell(plan.target_words(ours));
    } else if last(plan, ours) > last(superior, theirs) {
        let (our_day, their_day) = (last(plan, ours), last(superior, theirs));
        tell(format!("期限{}，上级{}", date_words(our_day), date_words(their_day)));
    }
}

/// Whether `ours` lets through a value that `theirs` does not.
fn lower(ours: &Target, theirs: &Target) -> bool {
    const NEAR: f64 = 1e-9;
    match theirs.op {
        Op::Ge => match ours.op {
            Op::Ge | Op::Eq => ours.value < theirs.value - NEAR,
            Op::Le => true,
        },
        Op::Le => match ours.op {
            Op::Le | Op::Eq => ours.value > theirs.value + NEAR,
            Op::Ge => true,
        },
        // Equal to the end of the scale may also be written as a bound.
        Op::Eq => match ours.op {
            Op::Eq => (ours.value - theirs.value).abs() > NEAR,
            Op::Ge => ours.value < theirs.value - NEAR || theirs.value < 1.0 - NEAR,
            Op::Le => ours.value > theirs.value + NEAR || theirs.value > NEAR,
        },
    }
}
