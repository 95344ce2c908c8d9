//! The monthly reports of the two terms, from the same acts as the ledger: who
//! handed one in has the record of it, and the other way round.

use std::collections::BTreeMap;

use campaign::access::{Action, permit_house};
use campaign::calendar::Calendar;
use campaign::plan::{Plan, ReportWanted, catalogue};
use campaign::report::{Answer, Fields, Kind, Line, Shape, State, due_on};
use jiff::civil::Date;
use storage::Tx;
use storage::report::{self, Report, Taken, TakenStep, Version};

use super::Accounts;
use crate::demo::acts::{Act, Fate};
use crate::demo::beginning;
use crate::demo::district::District;

const HOUR_MS: i64 = 3_600_000;
const PRACTICES: &[&str] = &[
    "班会改成学生讲、家长听，到场的家长比平时多。",
    "门卫在接送时段循环播放提醒语，家长反映听得进去。",
    "把真实聊天记录隐去姓名后做成十道判断题，学生答错最多的在下一次班会讲。",
    "",
    "由高年级学生给低年级讲一个故事，内容由班主任先看过。",
    "",
];

/// What one unit did of one activity in a month: times, records, people present.
type Done = BTreeMap<String, (u32, u32, usize)>;

pub(super) async fn keep(
    tx: &mut Tx,
    (district, plan, campaign): (&District, &Plan, &str),
    accounts: &Accounts,
    acts: &[Act],
) -> anyhow::Result<()> {
    let calendar = Calendar::builtin();
    let done = done(district, acts);
    let mut all = Vec::new();
    for wanted in &plan.reports {
        let Some(duty) = wanted.duty.as_deref().and_then(|id| plan.duty(id)) else { continue };
        let mut months: BTreeMap<(usize, Date), usize> = BTreeMap::new();
        for (number, act) in acts.iter().enumerate() {
            let place = &district.places[act.unit];
            let asked = duty.by.kind.contains(&place.kind);
            if asked && act.activity == duty.activity {
                // The newest of a month stands for it.
                months.insert((act.unit, act.day.date().first_of_month()), number);
            }
        }
        for ((unit, month), number) in months {
            let act = &acts[number];
            let fields = fields(wanted, &duty.activity, done.get(&(unit, month)), number);
            let author = accounts.by_unit.get(&unit).cloned();
            let due = due_on(wanted, month, &calendar);
            all.push(taken(
                (campaign, &wanted.id),
                (district, act),
                number,
                (month, due),
                (fields, author),
            ));
        }
    }
    let root = district.places[0].id.as_str();
    report::insert_taken(tx, &permit_house(Action::Report, root), &all).await?;
    Ok(())
}

/// By unit that reports and month; what classes did is their school's.
fn done(district: &District, acts: &[Act]) -> BTreeMap<(usize, Date), Done> {
    let mut done: BTreeMap<(usize, Date), Done> = BTreeMap::new();
    for act in acts.iter().filter(|act| act.fate != Fate::Returned) {
        let unit = district.school_of(act.unit);
        // What hangs below no school reports for itself.
        let unit = if unit == 0 { act.unit } else { unit };
        let month = act.day.date().first_of_month();
        let sum =
            done.entry((unit, month)).or_default().entry(act.activity.clone()).or_default();
        sum.0 += act.count;
        sum.1 += 1;
        let present = act.roll.iter().flatten().filter(|(_, absence)| absence.is_none());
        sum.2 += present.count();
    }
    done
}

fn fields(wanted: &ReportWanted, own: &str, done: Option<&Done>, number: usize) -> Fields {
    let shape = Shape::of(wanted);
    let mut fields = Fields::default();
    let others = done.into_iter().flatten().filter(|(activity, _)| *activity != own);
    let mut times = 0;
    for (activity, (count, records, present)) in others {
        times += count;
        let name = catalogue::activity_name(activity);
        let people =
            if *present == 0 { String::new() } else { format!("，参加 {present} 人次") };
        let text = format!("{name}：开展 {count} 次{people}");
        fields.activities.push(Line { text, note: format!("台账 {records} 条") });
    }
    for question in shape.questions {
        let text = match question.kind {
            Kind::Duties => format!("本月共开展各类活动 {times} 次，没有发现师生受骗。"),
            Kind::Words => PRACTICES[number % PRACTICES.len()].to_owned(),
            Kind::Number => String::new(),
        };
        fields.answers.push(Answer { id: question.id, name: question.name, text });
    }
    fields
}

fn taken(
    (campaign, form): (&str, &str),
    (district, act): (&District, &Act),
    number: usize,
    (month, due): (Date, Date),
    (fields, author): (Fields, Option<String>),
) -> Taken {
    let at = act.submitted_at;
    let looked_at = (at + 30 * HOUR_MS).min(beginning());
    let step = |state, at, account: Option<&str>, reason: Option<&str>| TakenStep {
        state,
        at,
        account: account.map(str::to_owned),
        reason: reason.map(str::to_owned),
    };
    let own = author.as_deref();
    let mut steps = vec![
        step(State::Draft, at - 2 * HOUR_MS, own, None),
        step(State::Signed, at - HOUR_MS / 2, own, None),
        step(State::Submitted, at, own, None),
    ];
    let clerk = Some("a-clerk");
    match act.fate {
        Fate::Accepted => steps.push(step(State::Accepted, looked_at, clerk, None)),
        Fate::Returned => steps.push(step(
            State::Returned,
            looked_at,
            clerk,
            Some("工作成效只写了次数，请补充学生和家长的变化。"),
        )),
        Fate::Waiting => {}
    }
    let state = steps.last().map_or(State::Draft, |it| it.state);
    let report = Report {
        id: format!("p{number:08}"),
        campaign: campaign.to_owned(),
        form: form.to_owned(),
        unit: district.places[act.unit].id.clone(),
        period: month.to_string().get(..7).unwrap_or_default().to_owned(),
        due_on: due.to_string(),
        state,
        version: 1,
        submitted_at: Some(at),
        first_submitted_at: Some(at),
        record: Some(super::record_id(number)),
        revision: 1,
    };
    let version = Version {
        version: 1,
        filled: fields.clone(),
        fields,
        note: None,
        signed_by: None,
        signed_at: Some(at - HOUR_MS / 2),
        created_by: None,
        created_at: at - 2 * HOUR_MS,
    };
    Taken { report, version, author, steps }
}
