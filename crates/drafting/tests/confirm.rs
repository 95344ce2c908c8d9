//! From what was read to what a person confirms, and over to a new edition.

use campaign::plan;
use drafting::confirm::{
    Carry, Change, Element, Entry, Layout, Old, assemble, carry, changes, element_at, entries,
    locate, selected, stands_alone,
};

const OLD: &str = "某区教育系统反诈工作方案\n一、工作措施\n（一）各班每月召开1次主题班会。\n\
    （二）各学校每学期组织2次反诈讲座。\n（三）各学校每季度排查1次风险。\n2024年3月1日";
const NEW: &str = "某区教育系统反诈工作方案\n一、工作措施\n（一）各班每月召开1次主题班会。\n\
    （二）各学校每学期要组织2次反诈讲座。\n（三）各学校每季度排查2次风险。\n\
    （四）各学校每年签订1次承诺书。\n2024年3月1日";

fn read(text: &str) -> (Vec<Entry>, campaign::plan::Plan, Layout) {
    let draft = drafting::draft(text);
    let plan = draft.to_plan();
    (entries(&draft, &plan), plan, Layout::of(&draft))
}

#[test]
fn every_item_becomes_fields_and_the_fields_become_the_same_plan() {
    let (entries, plan, _) = read(OLD);
    assert_eq!(entries.len(), 3);
    let elements: Vec<Element> =
        entries.iter().map(|it| it.fields.element().expect("it fits")).collect();
    for element in &elements {
        assert_eq!(stands_alone(&plan.head, element.clone()), []);
    }
    let again = assemble(plan.head.clone(), elements, None);
    assert_eq!(plan::parse(&plan::to_toml(&again), "").expect("it parses"), again);
    let names: Vec<&str> = again.duties.iter().map(|it| it.name.as_str()).collect();
    let before: Vec<&str> = plan.duties.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, before);
}

#[test]
fn every_field_that_does_not_fit_is_named() {
    let (entries, _, _) = read(OLD);
    let mut fields = entries[0].fields.clone();
    fields.name = " ".to_owned();
    fields.quota = "很多".to_owned();
    fields.cadence = "fortnightly".to_owned();
    fields.due = "month-40".to_owned();
    let wrong = fields.element().expect_err("four are wrong");
    let told: Vec<&str> = wrong.iter().map(|it| it.field).collect();
    assert_eq!(told, ["name", "cadence", "quota", "due"]);
    assert!(wrong[2].words.contains("很多"), "{}", wrong[2].words);
}

#[test]
fn a_new_edition_keeps_what_stands_and_asks_about_what_changed() {
    let ((old, _, _), (new, _, _)) = (read(OLD), read(NEW));
    let before: Vec<Old<'_>> =
        old.iter().map(|it| Old { quote: &it.quote, fields: &it.fields }).collect();
    let found = carry(&before, &new);
    assert_eq!(found, [Carry::Same(0), Carry::Near(1), Carry::Changed(2), Carry::New]);
}

#[test]
fn the_sentences_that_changed_are_told_and_no_others() {
    let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
    let told = changes(&lines(OLD), &lines(NEW));
    let kinds: Vec<&str> = told
        .iter()
        .map(|it| match it {
            Change::Added(_) => "added",
            Change::Removed(_) => "removed",
            Change::Changed(..) => "changed",
        })
        .collect();
    assert_eq!(kinds, ["changed", "changed", "added"], "{told:?}");
    assert!(changes(&lines(OLD), &lines(OLD)).is_empty());
}

#[test]
fn a_selection_is_read_with_its_clause_and_found_in_the_next_edition() {
    let (_, plan, layout) = read(OLD);
    let quote = "各学校每学期组织2次反诈讲座";
    let start = OLD.find(quote).expect("it is there");
    let span = start..start + quote.len();
    let clause = layout.clause_at(start);
    assert_eq!(clause, "一（二）");
    let entry = selected(OLD, span.clone(), &clause, plan.head.from);
    assert_eq!((entry.fields.quota.as_str(), entry.fields.cadence.as_str()), ("2", "term"));
    assert_eq!(entry.fields.clause, "一（二）");
    let (_, _, next) = read(NEW);
    let there = locate(quote, NEW, &next).expect("nearly so");
    assert_eq!(&NEW[there], "各学校每学期要组织2次反诈讲座");
    assert_eq!(locate("组织一次从未写过的参观", NEW, &next), None);
    // A sentence without figures becomes the plainest duty.
    let title = selected(OLD, 0..OLD.find('\n').expect("a line"), "一", plan.head.from);
    assert_eq!(title.fields.cadence, "once");
}

#[test]
fn a_line_of_a_plan_file_belongs_to_an_element() {
    let (_, plan, _) = read(OLD);
    let text = plan::to_toml(&plan);
    let line = text.lines().position(|it| it.starts_with("quota")).expect("a quota") + 1;
    // A quota of one is not written.
    let twice = plan.duties.iter().find(|it| it.quota == 2).expect("a duty");
    assert_eq!(element_at(&text, line), Some(format!("duty/{}", twice.id)));
    assert_eq!(element_at(&text, 1), None);
}
