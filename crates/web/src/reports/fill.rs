//! A form fills itself: from the records of the month, and from how the duties
//! that fell due in it went.

use campaign::day::Day;
use campaign::plan::catalogue;
use campaign::rates::Counts;
use campaign::report::{Answer, Fields, Kind, Line};
use campaign::standing::State;
use jiff::civil::Date;
use storage::report::{self, Done};

use super::desk::Form;
use crate::{App, WebError};

/// What the house knows, in the shape of the form.
pub(super) async fn fill(
    app: &App,
    form: &Form,
    unit: &str,
    month: Date,
) -> Result<Fields, WebError> {
    let shape = form.shape();
    let mut fields = Fields::default();
    if shape.activities.is_some() {
        let mut conn = app.store.read().await?;
        let (from, until) = (month.to_string(), month.last_of_month().to_string());
        let done = report::done_between(&mut conn, unit, &from, &until).await?;
        let own = form.activity();
        let others = done.iter().filter(|it| Some(it.activity.as_str()) != own);
        fields.activities = others.map(line).collect();
    }
    // Clues come with their own ledger; until then there are none to count.
    for question in shape.questions {
        let text = match question.kind {
            Kind::Duties => duties(form, unit, month),
            Kind::Words | Kind::Number => String::new(),
        };
        fields.answers.push(Answer { id: question.id, name: question.name, text });
    }
    Ok(fields)
}

fn line(done: &Done) -> Line {
    let name = catalogue::activity_name(&done.activity);
    let units =
        if done.units <= 1 { String::new() } else { format!("{} 个单位", done.units) };
    let present = match done.present {
        0 => String::new(),
        present => format!("，参加 {present} 人次"),
    };
    let text = format!("{name}：{units}开展 {} 次{present}", done.times);
    Line { text, note: format!("台账 {} 条", done.records) }
}

/// How what fell due in the month went, in a sentence to be edited.
fn duties(form: &Form, unit: &str, month: Date) -> String {
    let counts = form.campaign.look(|live| {
        let at = live.engine().organisation().unit_ix(unit)?;
        let months = live.view().by_month(at);
        months.into_iter().find(|(first, _)| *first == Day::from(month)).map(|(_, it)| it)
    });
    sentence(&counts.unwrap_or_default())
}

fn sentence(counts: &Counts) -> String {
    if counts.due() == 0 {
        return "本月没有到期的任务。".to_owned();
    }
    let (done, late) = (counts.fulfilled(), counts.of(State::Late));
    let mut words = format!(
        "本月到期任务 {} 项次，完成 {done} 项次，完成率 {}，按时率 {}",
        counts.due(),
        counts.rate().percent(),
        counts.timely().percent(),
    );
    if late > 0 {
        words.push_str(&format!("；逾期完成 {late} 项次"));
    }
    if counts.missing() > 0 {
        words.push_str(&format!("；未完成 {} 项次", counts.missing()));
    }
    words.push('。');
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_told_in_a_sentence() {
        let mut counts = Counts::default();
        assert_eq!(sentence(&counts), "本月没有到期的任务。");
        for state in [State::Met, State::Late, State::Overdue, State::Open] {
            counts.add(state);
        }
        assert_eq!(
            sentence(&counts),
            "本月到期任务 3 项次，完成 2 项次，完成率 66.7%，按时率 33.3%；\
             逾期完成 1 项次；未完成 1 项次。"
        );
    }
}
