use expect_test::expect;

use super::*;
use crate::plan::{By, Cadence, ReportField};

fn fields(activities: &[&str], month: u32, total: u32) -> Fields {
    let line = |text: &&str| Line { text: (*text).to_owned(), note: String::new() };
    Fields {
        activities: activities.iter().map(line).collect(),
        clues_month: month,
        clues_total: total,
        ..Fields::default()
    }
}

#[test]
fn the_whole_table_of_steps() {
    let steps = [Step::Edit, Step::Sign, Step::Submit, Step::Return, Step::Accept];
    let mut table = String::new();
    for state in State::ALL {
        table.push_str(state.code());
        for step in steps {
            if let Ok(next) = state.take(step) {
                let version = if next.is_new_version { " (new version)" } else { "" };
                table.push_str(&format!(" | {step:?} -> {}{version}", next.state.code()));
            }
        }
        table.push('\n');
    }
    expect![[r"
        draft | Edit -> draft | Sign -> signed
        signed | Edit -> draft | Submit -> submitted
        submitted | Edit -> draft (new version) | Return -> returned | Accept -> accepted
        returned | Edit -> draft (new version)
        accepted | Edit -> draft (new version)
    "]]
    .assert_eq(&table);
}

fn report(due: Option<Due>, fields: &[(&str, &str)]) -> ReportWanted {
    let field = |&(name, source): &(&str, &str)| ReportField {
        id: source.to_owned(),
        name: name.to_owned(),
        source: source.to_owned(),
    };
    ReportWanted {
        id: "r".to_owned(),
        name: "月报".to_owned(),
        clause: "五（四）".to_owned(),
        by: By::default(),
        to: "区教委".to_owned(),
        cadence: Cadence::Monthly,
        due,
        duty: None,
        fields: fields.iter().map(field).collect(),
    }
}

#[test]
fn a_form_that_does_not_add_up_is_told_why() {
    let shape = Shape::of(&report(None, &[]));
    let mut form = fields(&[" "], 3, 2);
    form.clues = vec!["一条".to_owned()];
    let problems = check(&shape, &form, Some(&fields(&["x"], 0, 5)));
    assert_eq!(
        problems,
        [
            Problem::NoActivity { field: "工作内容".to_owned() },
            Problem::CluesDoNotAdd { month: 3, total: 2 },
            Problem::ClueListDiffers { listed: 1, month: 3 },
            Problem::CluesShrink { before: 5, total: 2 },
        ]
    );
    let fine = fields(&["开展班会"], 1, 4);
    assert_eq!(check(&shape, &fine, Some(&fields(&["x"], 3, 3))), []);
}

#[test]
fn a_plan_asks_in_its_own_words_and_is_checked_by_them() {
    let asked = [
        ("单位", "unit"),
        ("工作进度", "activities"),
        ("成效", "duties"),
        ("措施落实", "text"),
        ("覆盖人数", "number"),
    ];
    let shape = Shape::of(&report(None, &asked));
    assert_eq!(shape.activities.as_deref(), Some("工作进度"));
    assert!(!shape.has_clues);
    let kinds: Vec<Kind> = shape.questions.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [Kind::Duties, Kind::Words, Kind::Number]);
    // Clues that nobody asks for are no fault, a number in words is one.
    let mut form = fields(&[], 3, 2);
    let answer = |id: &str, name: &str, text: &str| Answer {
        id: id.to_owned(),
        name: name.to_owned(),
        text: text.to_owned(),
    };
    form.answers = vec![answer("number", "覆盖人数", "许多")];
    assert_eq!(
        check(&shape, &form, None),
        [
            Problem::NoActivity { field: "工作进度".to_owned() },
            Problem::NoNumber { field: "覆盖人数".to_owned(), text: "许多".to_owned() },
        ]
    );
    let mut mended = form.clone();
    mended.answers = vec![answer("number", "覆盖人数", "86")];
    let found = diff(&form, &mended);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].field.as_str(), found[0].after.as_str()), ("覆盖人数", "86"));
}

#[test]
fn a_correction_shows_what_it_changed() {
    let (old, new) = (fields(&["班会", "培训"], 0, 0), fields(&["班会", "讲座", "海报"], 1, 1));
    let lines: Vec<String> = diff(&old, &new)
        .into_iter()
        .map(|it| format!("{}: [{}] -> [{}]", it.field, it.before, it.after))
        .collect();
    expect![[r"
        工作内容第 2 项: [培训] -> [讲座]
        工作内容第 3 项: [] -> [海报]
        本月线索收集条数: [0] -> [1]
        累计线索数: [0] -> [1]"]]
    .assert_eq(&lines.join("\n"));
    assert_eq!(diff(&new, &new), []);
}

#[test]
fn a_report_is_due_on_the_day_that_the_plan_says() {
    let february = Date::constant(2023, 2, 1);
    let calendar = Calendar::builtin();
    let due = |it| due_on(&report(it, &[]), february, &calendar).to_string();
    assert_eq!(due(Some(Due::DayOfMonth(20))), "2023-02-20");
    assert_eq!(due(Some(Due::DayOfMonth(31))), "2023-02-28");
    assert_eq!(due(Some(Due::DaysAfter(5))), "2023-03-05");
    assert_eq!(due(None), "2023-02-28");
    // Five workdays after a month that ends before the national holiday.
    let september = Date::constant(2023, 9, 1);
    let five = report(Some(Due::WorkdaysAfter(5)), &[]);
    assert_eq!(due_on(&five, september, &calendar).to_string(), "2023-10-11");
}

#[test]
fn completeness_counts_what_was_handed_in() {
    let mut all = Completeness::default();
    assert_eq!(all.share(), None);
    all.count(Some(State::Accepted), true);
    all.count(Some(State::Submitted), false);
    all.count(Some(State::Returned), true);
    all.count(None, false);
    assert_eq!(all, Completeness { due: 4, handed_in: 2, in_time: 1, accepted: 1 });
    assert_eq!(all.share(), Some(0.5));
}
