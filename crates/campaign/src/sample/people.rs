//! The invented people: students, staff, parents if the plan asks them, and who
//! holds which post when.

use std::io::{self, Write};

use super::{
    Dice, Tables, Wish, iso,
    town::{Class, School, Town},
};
use crate::{
    day::Day,
    organisation::{Organisation, PersonRow, PostRow},
    plan::{Plan, Stage, UnitKind, catalogue},
};

/// Writes people and posts into the tables and the organisation.
pub(super) fn write<W: Write>(
    plan: &Plan,
    wish: &Wish,
    town: &Town,
    org: &mut Organisation,
    out: &mut Tables<W>,
) -> io::Result<()> {
    writeln!(out.people, "id,unit,role,audiences,from,until")?;
    writeln!(out.posts, "unit,post,person,from,until")?;
    let mut makers = Makers {
        town,
        seed: wish.seed,
        posts: Posts::of(plan),
        codes: codes(plan),
        people: 0,
        org,
        out,
    };
    let offices = town.bureau.iter().chain(town.offices.iter().map(|office| &office.id));
    for id in offices.cloned().collect::<Vec<_>>() {
        makers.staff(&id, 12)?;
        makers.hold_posts(&id, (None, None))?;
    }
    for school in &town.schools {
        makers.school(school)?;
    }
    Ok(())
}

/// The audience codes by which persons owe duties.
fn codes(plan: &Plan) -> Vec<String> {
    let mut codes: Vec<String> =
        plan.duties.iter().flat_map(|duty| duty.by.audience.iter().cloned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The posts that the plan gives duties to or wants held, and where.
struct Posts(Vec<(String, Vec<UnitKind>)>);

impl Posts {
    fn of(plan: &Plan) -> Self {
        let by = plan
            .duties
            .iter()
            .filter_map(|duty| Some((duty.by.post.clone()?, duty.by.kind.clone())));
        let wanted = plan.posts.iter().map(|post| (post.post.clone(), post.kind.clone()));
        let mut posts: Vec<(String, Vec<UnitKind>)> = Vec::new();
        for (post, kinds) in by.chain(wanted) {
            let usual = || catalogue::post(&post).map(|entry| entry.kinds.to_vec());
            let kinds = if kinds.is_empty() {
                usual().unwrap_or(vec![UnitKind::School])
            } else {
                kinds
            };
            match posts.iter_mut().find(|(known, _)| *known == post) {
                Some((_, known)) => known.extend(kinds),
                None => posts.push((post, kinds)),
            }
        }
        Self(posts)
    }
}

struct Makers<'m, W> {
    town: &'m Town,
    seed: u64,
    posts: Posts,
    codes: Vec<String>,
    people: u32,
    org: &'m mut Organisation,
    out: &'m mut Tables<W>,
}

type Life = (Option<Day>, Option<Day>);

impl<W: Write> Makers<'_, W> {
    fn school(&mut self, school: &School) -> io::Result<()> {
        self.staff(&school.id, 4 + school.classes / 3)?;
        self.hold_posts(&school.id, (None, None))?;
        // Grades or faculties: a few to a school.
        let mut filled: Vec<String> = Vec::new();
        for (parent, class) in self.town.classes(school) {
            if parent != school.id && !filled.contains(&parent) {
                self.hold_posts(&parent, (None, None))?;
                filled.push(parent);
            }
            let life = (class.from, class.until);
            self.hold_posts(&class.id, life)?;
            for n in 0..class.students {
                self.student(school, &class, n)?;
            }
            for group in 1..=self.town.groups(&class) {
                self.hold_posts(&format!("{}-{group}", class.id), life)?;
            }
        }
        Ok(())
    }

    fn student(&mut self, school: &School, class: &Class, n: u32) -> io::Result<()> {
        let mut dice = Dice::of(self.seed, &class.id, u64::from(n) + 1);
        let window = self.town.window;
        let (mut from, mut until) = (class.from, class.until);
        let moved = dice.day(window.from, window.until);
        match dice.below(100) {
            0..2 => from = from.max(Some(moved)),
            2..4 => until = Some(until.map_or(moved, |until| until.min(moved))),
            _ => {}
        }
        if from.zip(until).is_some_and(|(begins, ends)| ends < begins) {
            (from, until) = (class.from, class.until);
        }
        let mut audiences = Vec::new();
        for code in &self.codes {
            if student_is(code, school.stage, class.grade, &mut dice) {
                audiences.push(code.as_str());
            }
        }
        let audiences = audiences.join(";");
        self.person(&class.id, "student", &audiences, (from, until))?;
        if self.codes.iter().any(|code| code == "parent") {
            self.person(&class.id, "parent", "", (from, until))?;
        }
        Ok(())
    }

    fn staff(&mut self, unit: &str, count: u32) -> io::Result<()> {
        for n in 0..count {
            let mut dice = Dice::of(self.seed, unit, u64::from(n) + 1_000_000);
            let window = self.town.window;
            let moved = dice.day(window.from, window.until);
            let life = match dice.below(100) {
                0..3 => (Some(moved), None),
                3..6 => (None, Some(moved)),
                _ => (None, None),
            };
            let of: Vec<&str> = self
                .codes
                .iter()
                .filter(|code| staff_is(code, &mut dice))
                .map(String::as_str)
                .collect();
            let audiences = of.join(";");
            self.person(unit, "staff", &audiences, life)?;
        }
        Ok(())
    }

    /// Fills every post that a unit of this kind has. One in eight changes hands
    /// once, sometimes after a gap: another person, not the same one again.
    fn hold_posts(&mut self, unit: &str, life: Life) -> io::Result<()> {
        let Some(ix) = self.org.unit_ix(unit) else { return Ok(()) };
        let kind = self.org.unit(ix).kind;
        let of_kind: Vec<String> = self
            .posts
            .0
            .iter()
            .filter(|(_, kinds)| kinds.contains(&kind))
            .map(|(post, _)| post.clone())
            .collect();
        for post in of_kind {
            let mut dice = Dice::of(self.seed, &post, u64::from(ix.0));
            let window = self.town.window;
            if dice.chance(20) {
                // A vacancy.
                continue;
            }
            if !dice.chance(125) {
                self.tenure(unit, &post, life)?;
                continue;
            }
            let handed_over = dice.day(window.from, window.until);
            let taken_over =
                handed_over.plus(if dice.chance(300) { 1 + dice.below(40) as i32 } else { 1 });
            let fits = |day: Day| {
                life.0.is_none_or(|from| from <= day) && life.1.is_none_or(|until| day <= until)
            };
            if fits(handed_over) {
                self.tenure(unit, &post, (life.0, Some(handed_over)))?;
            }
            if fits(taken_over) {
                self.tenure(unit, &post, (Some(taken_over), life.1))?;
            }
        }
        Ok(())
    }

    fn tenure(&mut self, unit: &str, post: &str, (from, until): Life) -> io::Result<()> {
        let role = match post {
            "community-police" => "police",
            "volunteer" => "volunteer",
            _ => "staff",
        };
        let person = self.person(unit, role, "", (None, None))?;
        writeln!(self.out.posts, "{unit},{post},{person},{},{}", iso(from), iso(until))?;
        let row = PostRow { unit, post, person: &person, from, until };
        self.org.add_post(row).map_err(io::Error::other)
    }

    fn person(
        &mut self,
        unit: &str,
        role: &str,
        audiences: &str,
        (from, until): Life,
    ) -> io::Result<String> {
        self.people += 1;
        let id = format!("P{:07}", self.people);
        let out = &mut self.out.people;
        writeln!(out, "{id},{unit},{role},{audiences},{},{}", iso(from), iso(until))?;
        let row = PersonRow { id: &id, unit, role, audiences, from, until };
        self.org.add_person(row).map_err(io::Error::other)?;
        Ok(id)
    }
}

fn student_is(code: &str, stage: Stage, grade: u32, dice: &mut Dice) -> bool {
    match code {
        "freshman" => grade == 1,
        "enrolled-student" => grade > 1,
        "vocational-student" => matches!(stage, Stage::Vocational | Stage::University),
        "child" => stage == Stage::Kindergarten,
        "card-risk-student" => dice.chance(8),
        "susceptible" => dice.chance(40),
        "victim" => dice.chance(2),
        "league-member" => matches!(stage, Stage::High | Stage::Vocational) && dice.chance(600),
        _ => false,
    }
}

fn staff_is(code: &str, dice: &mut Dice) -> bool {
    match code {
        "new-staff" => dice.chance(60),
        "retired-staff" => dice.chance(90),
        "finance-staff" => dice.chance(50),
        "unit-leader" => dice.chance(80),
        "party-member" => dice.chance(350),
        _ => false,
    }
}
