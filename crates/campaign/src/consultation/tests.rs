use std::fmt::Write as _;

use expect_test::expect;

use super::*;

fn states() -> [(&'static str, State); 4] {
    [
        ("answered", State::Answered),
        ("waiting", State::Waiting { since: 1 }),
        ("talking with a", State::Talking { holder: "a".to_owned(), since: 2 }),
        (
            "closed by a",
            State::Closed { ending: Ending::NotScam, by: Some("a".to_owned()), at: 3 },
        ),
    ]
}

#[test]
fn the_whole_table_of_steps() {
    type Step = fn(State) -> Result<State, StepRefused>;
    let steps: [(&str, Step); 10] = [
        ("hand over", |it| it.hand_over(9)),
        ("a takes", |it| it.take("a", 9)),
        ("b takes", |it| it.take("b", 9)),
        ("a lets go", |it| it.let_go("a", 9)),
        ("a passes on", |it| it.pass_on("a", 9)),
        ("a writes", |it| it.held_by("a").map(|()| it)),
        ("asker writes", |it| it.is_open_to_asker().map(|()| it)),
        ("b closes", |it| it.close("b", Ending::Lost, 9)),
        ("asker settles", |it| it.settle(9)),
        ("asker reopens", |it| it.reopen(false, 9)),
    ];
    let mut table = String::new();
    for (name, state) in states() {
        writeln!(table, "{name}").expect("a string takes every write");
        for (step, take) in steps {
            let after = match take(state.clone()) {
                Ok(State::Talking { holder, .. }) => format!("talking with {holder}"),
                Ok(State::Closed { ending, .. }) => format!("closed: {}", ending.code()),
                Ok(other) => other.code().to_owned(),
                Err(why) => format!("refused: {why}"),
            };
            writeln!(table, "  {step}: {after}").expect("a string takes every write");
        }
    }
    expect![[r#"
        answered
          hand over: waiting
          a takes: refused: it was never handed over
          b takes: refused: it was never handed over
          a lets go: refused: it was never handed over
          a passes on: refused: it was never handed over
          a writes: refused: it was never handed over
          asker writes: refused: it was never handed over
          b closes: refused: it was never handed over
          asker settles: refused: it was never handed over
          asker reopens: refused: it is not closed
        waiting
          hand over: refused: it is handed over already
          a takes: talking with a
          b takes: talking with b
          a lets go: refused: nobody has taken it yet
          a passes on: waiting
          a writes: refused: nobody has taken it yet
          asker writes: waiting
          b closes: refused: nobody has taken it yet
          asker settles: closed: settled
          asker reopens: refused: it is not closed
        talking with a
          hand over: refused: it is handed over already
          a takes: refused: it is in your hands already
          b takes: talking with b
          a lets go: waiting
          a passes on: waiting
          a writes: talking with a
          asker writes: talking with a
          b closes: refused: it is in the hands of another person
          asker settles: closed: settled
          asker reopens: refused: it is not closed
        closed by a
          hand over: refused: it is closed
          a takes: refused: it is closed
          b takes: refused: it is closed
          a lets go: refused: it is closed
          a passes on: refused: it is closed
          a writes: refused: it is closed
          asker writes: refused: it is closed
          b closes: refused: it is closed
          asker settles: refused: it is closed
          asker reopens: waiting
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_closed_one_opens_again_for_a_month_and_only_while_its_text_is_there() {
    let closed = || State::Closed { ending: Ending::Unclear, by: None, at: 0 };
    let month = REOPEN_DAYS * DAY_MS;
    assert!(closed().reopen(false, month).is_ok());
    assert_eq!(closed().reopen(false, month + 1), Err(StepRefused::ClosedTooLong));
    assert_eq!(closed().reopen(true, 1), Err(StepRefused::Erased));
}

#[test]
fn retention_is_read_within_its_bounds() {
    assert_eq!(Retention::parse("7 180"), Some(Retention::default()));
    assert_eq!(Retention::parse(&Retention::default().text()), Some(Retention::default()));
    for wrong in ["", "7", "0 180", "7 10", "91 180", "7 9999", "x y"] {
        assert_eq!(Retention::parse(wrong), None, "{wrong}");
    }
}
