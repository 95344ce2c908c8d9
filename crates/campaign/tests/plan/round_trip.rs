//! Any plan written to a file reads back as the same plan, and no text, however
//! broken, makes reading panic.

use campaign::plan::{self, *};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::seeds::built_in;

#[test]
fn the_built_in_plans_come_back_unchanged() {
    for file in BUILT_IN {
        let plan = built_in(file.id);
        let text = plan::to_toml(&plan);
        assert_eq!(plan::parse(&text, "").as_ref(), Ok(&plan), "{text}");
    }
}

fn words() -> impl Strategy<Value = String> {
    // Quotes, backslashes, line breaks and Chinese all have to survive.
    "[a-zA-Z0-9一-龥“”\"'\\\\#=\\[\\]{}，。\n\t]{1,12}"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("not empty", |text| !text.is_empty())
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(
    some: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::of(some)
}

fn day() -> impl Strategy<Value = Date> {
    (1i8..=12, 1i8..=28).prop_map(|(month, day)| date(2023, month, day))
}

fn by() -> impl Strategy<Value = (By, Per)> {
    let units = (select(UnitKind::ALL), select(Stage::ALL), any::<bool>()).prop_map(
        |(kind, stage, staged)| {
            let stage =
                if staged && catalogue::exists(kind, stage) { vec![stage] } else { vec![] };
            let per = if kind == UnitKind::Class { Per::Class } else { Per::Unit };
            (By { kind: vec![kind], stage, ..By::default() }, per)
        },
    );
    let post = select(catalogue::POSTS)
        .prop_map(|post| (By { post: Some(post.id.to_owned()), ..By::default() }, Per::Person));
    let persons: Vec<_> = catalogue::AUDIENCES
        .iter()
        .filter(|entry| entry.persons)
        .map(|entry| entry.id)
        .collect();
    let audience = select(persons)
        .prop_map(|id| (By { audience: vec![id.to_owned()], ..By::default() }, Per::Person));
    prop_oneof![units, post, audience]
}

fn due(cadence: Cadence) -> BoxedStrategy<Option<Due>> {
    match cadence {
        Cadence::Event | Cadence::Continuous => Just(None).boxed(),
        Cadence::Once => maybe(day().prop_map(Due::On)).boxed(),
        Cadence::Monthly => maybe(prop_oneof![
            (1u8..=31).prop_map(Due::DayOfMonth),
            (0u16..60).prop_map(Due::WorkdaysAfter)
        ])
        .boxed(),
        _ => maybe((0u16..60).prop_map(Due::DaysAfter)).boxed(),
    }
}

prop_compose! {
    fn duty(n: usize)(cadence in select(Cadence::ALL))(
        name in words(), clause in words(), (by, per) in by(), cadence in Just(cadence),
        due in due(cadence), school_year in any::<bool>(), quota in 1u32..50, unit in maybe(words()),
        in_term in any::<bool>(), superior in any::<bool>(), weight in 1u32..40,
        extra in (maybe(words()), maybe(words()), maybe(1u32..600), select(Proof::ALL), any::<bool>()),
    ) -> Duty {
        let (note, unsure, minutes, proof, doer) = extra;
        let continuous = cadence == Cadence::Continuous;
        Duty {
            id: format!("duty-{n}"),
            name, clause, by, per, cadence, due, unit, note, unsure, minutes,
            activity: if doer { "class-meeting".to_owned() } else { format!("duty-{n}") },
            year: (cadence == Cadence::Yearly)
                .then_some(if school_year { YearKind::School } else { YearKind::Calendar }),
            quota: if continuous { 1 } else { quota },
            from: None,
            until: None,
            season: if in_term { Season::InTerm } else { Season::Always },
            held_by: if superior { HeldBy::Superior } else { HeldBy::Own },
            weight: f64::from(weight) / 4.0,
            doer: doer.then(|| "liaison".to_owned()),
            audience: if doer { vec!["student".to_owned(), "parent".to_owned()] } else { vec![] },
            proof: vec![proof],
            event: (cadence == Cadence::Event)
                .then(|| EventTrigger { name: "case".to_owned(), within_days: 3 }),
            indicator: continuous.then(|| "awareness".to_owned()),
        }
    }
}

prop_compose! {
    fn target(n: usize)(
        name in words(), clause in words(), op in select(Op::ALL), value in 0u32..=100,
        by in maybe(day()), baseline in maybe(2015i16..2023), note in maybe(words()),
    ) -> Target {
        Target {
            id: format!("target-{n}"), name, clause,
            indicator: if baseline.is_some() { "cases" } else { "own-share" }.to_owned(),
            op: if baseline.is_some() { Op::Ge } else { op },
            value: f64::from(value) / 100.0,
            by, baseline, note, unsure: None,
        }
    }
}

prop_compose! {
    fn plans()(
        duties in (0usize..5).prop_flat_map(|n| (0..n).map(duty).collect::<Vec<_>>()),
        targets in (0usize..4).prop_flat_map(|n| (0..n).map(target).collect::<Vec<_>>()),
        names in prop::collection::vec(words(), 6), phase in (day(), day()), number in 1u32..90,
        effect in select(vec![ScoreEffect::Veto, ScoreEffect::Deduct(1.5), ScoreEffect::Points(10.0),
            ScoreEffect::Bonus(0.25), ScoreEffect::Consequence(Measure::Circular)]),
        optional in maybe(words()),
    ) -> Plan {
        let (from, until) = (phase.0.min(phase.1), phase.0.max(phase.1));
        let first = duties.first().map(|duty: &Duty| duty.id.clone());
        let text = |n: usize| names[n].clone();
        Plan {
            head: Head {
                id: "p".to_owned(), name: text(0), issuer: text(1), document: optional.clone(),
                from: date(2023, 1, 1), until: date(2023, 12, 31), in_force: Some(from),
                version: number, adopts: None, note: optional.clone(),
            },
            phases: vec![Phase { id: "one".to_owned(), name: text(2), clause: text(3), from, until,
                goals: optional.iter().cloned().collect() }],
            posts: vec![PostWanted { post: "helper".to_owned(), name: Some(text(4)), clause: text(5),
                kind: vec![UnitKind::School], stage: vec![Stage::High], least: number, duty: first.clone() }],
            teams: vec![TeamWanted { id: "t".to_owned(), name: text(0), clause: text(1),
                kind: vec![UnitKind::School], posts: vec!["helper".to_owned(), "liaison".to_owned()] }],
            responsibilities: vec![Responsibility { actor: text(2), clause: text(3),
                tasks: vec![text(4)], duties: first.iter().cloned().collect(),
                audience: vec!["own-people".to_owned()], key_periods: vec!["rush".to_owned()] }],
            reports: vec![ReportWanted { id: "r".to_owned(), name: text(5), clause: text(0),
                by: By { kind: vec![UnitKind::School], ..By::default() }, to: text(1),
                cadence: Cadence::Monthly, due: Some(Due::DayOfMonth(20)), duty: first.clone(),
                fields: vec![ReportField { id: "f".to_owned(), name: text(2), source: "text".to_owned() }] }],
            honours: vec![Honour { id: "h".to_owned(), name: text(3), clause: text(4),
                kind: vec![UnitKind::Class], cadence: Some(Cadence::Yearly),
                criteria: vec![Criterion { text: text(5), fact: first.clone() },
                    Criterion { text: text(0), fact: None }],
                revoked_by: vec!["case".to_owned()] }],
            scoring: vec![ScoreRule { id: "s".to_owned(), clause: text(1), name: text(2), effect,
                on: vec!["h".to_owned()], cap: optional.as_ref().map(|_| 12.5) }],
            key_periods: vec![KeyPeriodRule { id: "rush".to_owned(), name: text(3), clause: text(4),
                duties: first.into_iter().collect(), note: optional }],
            audiences: vec![AudienceDef { id: "own-people".to_owned(), name: text(5) }],
            indicators: vec![IndicatorDef { id: "own-share".to_owned(), name: text(0), measured: Measured::Ratio }],
            duties, targets,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_written_plan_reads_back(plan in plans()) {
        let text = plan::to_toml(&plan);
        prop_assert_eq!(plan::parse(&text, ""), Ok(plan), "{}", text);
    }
}

/// One careless edit of a text, at character boundaries.
#[derive(Debug, Clone)]
enum Edit {
    Delete(Index, usize),
    Insert(Index, String),
    Repeat(Index, usize),
}

fn edit(text: &mut String, edit: &Edit) {
    let boundary =
        |text: &str, at: usize| (at..=text.len()).find(|n| text.is_char_boundary(*n));
    let span = |text: &str, index: &Index, length: usize| {
        let start = boundary(text, index.index(text.len() + 1)).unwrap_or(0);
        let end = boundary(text, (start + length).min(text.len())).unwrap_or(text.len());
        start..end
    };
    match edit {
        Edit::Delete(index, length) => {
            let range = span(text, index, *length);
            text.replace_range(range, "");
        }
        Edit::Insert(index, what) => {
            let at = span(text, index, 0).start;
            text.insert_str(at, what);
        }
        Edit::Repeat(index, length) => {
            let range = span(text, index, *length);
            let copy = text[range.clone()].to_owned();
            text.insert_str(range.end, &copy);
        }
    }
}

fn edits() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), 1usize..40).prop_map(|(at, n)| Edit::Delete(at, n)),
        (any::<Index>(), "[\\[\\]{}=\"'#\n,0-9a-z\\-字]{1,6}")
            .prop_map(|(at, s)| Edit::Insert(at, s)),
        (any::<Index>(), 1usize..80).prop_map(|(at, n)| Edit::Repeat(at, n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_broken_plan_is_told_and_never_panics(
        which in 0..BUILT_IN.len(), edits in prop::collection::vec(edits(), 1..6),
    ) {
        let mut text = BUILT_IN[which].text.to_owned();
        for one in &edits {
            edit(&mut text, one);
        }
        let lines = text.lines().count().max(1) + 1;
        match plan::parse_placed(&text, "x.toml") {
            Ok((plan, places)) => {
                let mut findings = plan::check(&plan, Some(&built_in("wujin")));
                places.place(&mut findings);
                prop_assert!(plan::show(&plan).to_text().starts_with("# "));
            }
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                for finding in findings {
                    prop_assert!((1..=lines).contains(&finding.line), "{}", finding);
                    prop_assert!(finding.column >= 1, "{}", finding);
                }
            }
        }
    }

    #[test]
    fn any_text_at_all_is_read_without_panic(text in "\\PC{0,200}") {
        let _ = plan::parse(&text, "x.toml");
    }
}
