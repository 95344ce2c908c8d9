//! The invented units: a bureau, its departments and institutions, schools of
//! the stages that the plan speaks of, and what is inside a school.

use std::io::{self, Write};

use super::{Dice, Window, Wish, iso};
use crate::{
    day::Day,
    organisation::{Organisation, UnitRow},
    plan::{Plan, Stage, UnitKind},
};

const PER_CLASS: u32 = 40;
const STUDENTS_PER_GROUP: u32 = 8;

/// Schools of each stage out of a thousand.
const STAGES: [(Stage, u32); 7] = [
    (Stage::Kindergarten, 200),
    (Stage::Primary, 370),
    (Stage::Middle, 220),
    (Stage::High, 90),
    (Stage::Vocational, 60),
    (Stage::Training, 60),
    (Stage::University, 20),
];

pub(super) struct Town {
    pub(super) seed: u64,
    pub(super) window: Window,
    /// The root: a bureau, or the only school.
    pub(super) bureau: Option<String>,
    pub(super) offices: Vec<Office>,
    pub(super) schools: Vec<School>,
    faculties: bool,
    grades: bool,
    groups: bool,
}

pub(super) struct Office {
    pub(super) id: String,
    kind: UnitKind,
    name: &'static str,
}

pub(super) struct School {
    pub(super) id: String,
    pub(super) stage: Stage,
    number: u32,
    pub(super) students: u32,
    pub(super) classes: u32,
}

/// A class and how long it exists.
pub(super) struct Class {
    pub(super) id: String,
    pub(super) from: Option<Day>,
    pub(super) until: Option<Day>,
    /// Counted from 1; freshmen are in the first.
    pub(super) grade: u32,
    pub(super) students: u32,
}

const OFFICES: [(UnitKind, &str); 6] = [
    (UnitKind::Department, "安全管理科"),
    (UnitKind::Department, "基础教育科"),
    (UnitKind::Department, "职业与民办教育科"),
    (UnitKind::Department, "宣传科"),
    (UnitKind::Institution, "教师发展中心"),
    (UnitKind::Institution, "教育技术中心"),
];

impl Town {
    pub(super) fn new(plan: &Plan, wish: &Wish, window: Window) -> Self {
        let named = |kind| plan.duties.iter().any(|duty| duty.by.kind.contains(&kind));
        let of_bureau = [UnitKind::Bureau, UnitKind::Department, UnitKind::Institution];
        let bureau = wish.schools != 1 || of_bureau.into_iter().any(named);
        let offices = if bureau { OFFICES.as_slice() } else { &[] };
        let office = |(n, &(kind, name)): (usize, &(UnitKind, &'static str))| Office {
            id: format!("D{:02}", n + 1),
            kind,
            name,
        };
        Self {
            seed: wish.seed,
            window,
            bureau: bureau.then(|| "B".to_owned()),
            offices: offices.iter().enumerate().map(office).collect(),
            schools: schools(plan, wish),
            faculties: named(UnitKind::Faculty),
            grades: named(UnitKind::Grade),
            groups: named(UnitKind::Group),
        }
    }

    /// The classes of a school, each with its parent unit.
    pub(super) fn classes(&self, school: &School) -> Vec<(String, Class)> {
        let mut students = school.students;
        let grades = grades(school.stage);
        (0..school.classes)
            .map(|n| {
                let id = format!("{}-C{:02}", school.id, n + 1);
                let mut dice = Dice::of(self.seed, &id, 0);
                let grade = n * grades / school.classes + 1;
                let share = students / (school.classes - n);
                students -= share;
                let (from, until) = self.class_life(&mut dice);
                let parent = self.parent_of_class(school, grade, n);
                (parent, Class { id, from, until, grade, students: share })
            })
            .collect()
    }

    /// Few classes begin or end while the campaign runs, at a school year's ends.
    fn class_life(&self, dice: &mut Dice) -> (Option<Day>, Option<Day>) {
        let (year, _, _) = self.window.from.year_month_day();
        let later = 1 + dice.below(1 + self.window.days() / 366) as i32;
        let autumn = Day::new((year + later - 1) as i16, 9, 1);
        let summer = Day::new((year + later) as i16, 6, 30);
        match dice.below(100) {
            0..3 => (autumn, None),
            3..6 => (None, summer),
            _ => (None, None),
        }
    }

    fn parent_of_class(&self, school: &School, grade: u32, n: u32) -> String {
        if self.faculties {
            format!("{}-F{}", school.id, n % faculties(school) + 1)
        } else if self.grades {
            format!("{}-G{grade}", school.id)
        } else {
            school.id.clone()
        }
    }

    /// How many groups a class has.
    pub(super) fn groups(&self, class: &Class) -> u32 {
        if self.groups { class.students.div_ceil(STUDENTS_PER_GROUP).max(1) } else { 0 }
    }

    pub(super) fn write_units(&self, out: &mut impl Write) -> io::Result<Organisation> {
        writeln!(out, "id,parent,kind,stage,name,from,until")?;
        let mut units = Units { out, rows: Vec::new() };
        let root = self.bureau.clone().unwrap_or_default();
        if let Some(bureau) = &self.bureau {
            units.add(bureau, "", UnitKind::Bureau, None, "样例区教育局")?;
        }
        for office in &self.offices {
            units.add(&office.id, &root, office.kind, None, office.name)?;
        }
        for school in &self.schools {
            self.write_school(&mut units, school, &root)?;
        }
        // The tree is right by construction; an error here would be a fault of
        // this module, and is told as one.
        Organisation::new(units.rows).map_err(io::Error::other)
    }

    fn write_school<W: Write>(
        &self,
        units: &mut Units<'_, W>,
        school: &School,
        root: &str,
    ) -> io::Result<()> {
        let stage = Some(school.stage);
        let name = format!("第{}{}", school.number, school.stage.chinese());
        units.add(&school.id, root, UnitKind::School, stage, &name)?;
        if self.faculties {
            for n in 1..=faculties(school) {
                let id = format!("{}-F{n}", school.id);
                units.add(&id, &school.id, UnitKind::Faculty, stage, &format!("第{n}学院"))?;
            }
        } else if self.grades {
            for grade in 1..=grades(school.stage).min(school.classes) {
                let id = format!("{}-G{grade}", school.id);
                units.add(&id, &school.id, UnitKind::Grade, stage, &format!("{grade}年级"))?;
            }
        }
        for (n, (parent, class)) in (1..).zip(self.classes(school)) {
            let mut row = row(&class.id, &parent, UnitKind::Class, stage, &format!("{n}班"));
            (row.from, row.until) = (class.from, class.until);
            units.push(row)?;
            for group in 1..=self.groups(&class) {
                let id = format!("{}-{group}", class.id);
                let mut row = self::row(
                    &id,
                    &class.id,
                    UnitKind::Group,
                    stage,
                    &format!("第{group}小组"),
                );
                (row.from, row.until) = (class.from, class.until);
                units.push(row)?;
            }
        }
        Ok(())
    }
}

struct Units<'o, W> {
    out: &'o mut W,
    rows: Vec<UnitRow>,
}

impl<W: Write> Units<'_, W> {
    fn add(
        &mut self,
        id: &str,
        parent: &str,
        kind: UnitKind,
        stage: Option<Stage>,
        name: &str,
    ) -> io::Result<()> {
        self.push(row(id, parent, kind, stage, name))
    }

    fn push(&mut self, row: UnitRow) -> io::Result<()> {
        let stage = row.stage.map_or("", Stage::code);
        let (from, until) = (iso(row.from), iso(row.until));
        let kind = row.kind.code();
        let UnitRow { id, parent, name, .. } = &row;
        writeln!(self.out, "{id},{parent},{kind},{stage},{name},{from},{until}")?;
        self.rows.push(row);
        Ok(())
    }
}

fn row(id: &str, parent: &str, kind: UnitKind, stage: Option<Stage>, name: &str) -> UnitRow {
    let (id, parent, name) = (id.to_owned(), parent.to_owned(), name.to_owned());
    UnitRow { id, parent, kind, stage, name, from: None, until: None }
}

fn schools(plan: &Plan, wish: &Wish) -> Vec<School> {
    let mut stages: Vec<(Stage, u32)> = STAGES.to_vec();
    let named = |stage| plan.duties.iter().any(|duty| duty.by.stage.contains(&stage));
    if plan.duties.iter().any(|duty| !duty.by.stage.is_empty()) {
        stages.retain(|&(stage, _)| named(stage));
    } else {
        stages.retain(|&(stage, _)| !matches!(stage, Stage::Training | Stage::University));
    }
    let all: u32 = stages.iter().map(|(_, share)| share).sum();
    // Stages are dealt by share, so that small samples have the usual ones too.
    let stage_of = |n: u32| {
        let mut at = (u64::from(n) * 618_034 % 1_000_000) as u32 % 1_000_000;
        at = (u64::from(at) * u64::from(all) / 1_000_000) as u32;
        let mut stages = stages.iter().copied();
        let found = stages.find(|&(_, share)| {
            let here = at < share;
            at = at.saturating_sub(share);
            here
        });
        found.map_or(Stage::Primary, |(stage, _)| stage)
    };
    let sizes = sizes(wish);
    let school = |(n, students): (u32, u32)| {
        let classes = if students == 0 { 0 } else { (students / PER_CLASS).max(1) };
        School {
            id: format!("S{:04}", n + 1),
            stage: stage_of(n),
            number: n + 1,
            students,
            classes,
        }
    };
    (0..wish.schools).zip(sizes).map(school).collect()
}

/// The students of each school: half to one and a half times the mean, and
/// together exactly as many as wished.
fn sizes(wish: &Wish) -> Vec<u32> {
    let weight = |n: u32| u64::from(Dice::of(wish.seed, "size", n.into()).below(1000) + 500);
    let all: u64 = (0..wish.schools).map(weight).sum();
    let (mut weights, mut given) = (0, 0);
    (0..wish.schools)
        .map(|n| {
            weights += weight(n);
            let until = u64::from(wish.students) * weights / all.max(1);
            let students = until - given;
            given = until;
            students as u32
        })
        .collect()
}

fn grades(stage: Stage) -> u32 {
    match stage {
        Stage::Primary => 6,
        Stage::University => 4,
        Stage::Training => 1,
        _ => 3,
    }
}

fn faculties(school: &School) -> u32 {
    school.classes.div_ceil(20).clamp(1, 12)
}
