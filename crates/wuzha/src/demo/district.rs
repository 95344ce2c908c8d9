//! An invented district: 200 schools, 5,000 classes, 200,000 people.

use campaign::plan::{Stage, UnitKind};

use super::chance::Chance;
use super::names;

/// One unit of the district. Ids sort in the order in which they are made.
pub(crate) struct Place {
    pub(crate) id: String,
    pub(crate) parent: Option<usize>,
    pub(crate) kind: UnitKind,
    pub(crate) stage: Option<Stage>,
    pub(crate) name: String,
    pub(crate) code: Option<String>,
    pub(crate) town: Option<&'static str>,
}

/// One person of it.
pub(crate) struct Human {
    pub(crate) id: String,
    pub(crate) unit: usize,
    pub(crate) role: &'static str,
    pub(crate) name: String,
    pub(crate) gender: &'static str,
    pub(crate) student_no: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) audiences: Vec<&'static str>,
    pub(crate) joined_on: &'static str,
    /// For guardians: their children.
    pub(crate) children: Vec<usize>,
}

pub(crate) struct Holding {
    pub(crate) unit: usize,
    pub(crate) post: &'static str,
    pub(crate) person: usize,
}

/// The whole district before it is kept.
#[derive(Default)]
pub(crate) struct District {
    pub(crate) places: Vec<Place>,
    pub(crate) people: Vec<Human>,
    pub(crate) posts: Vec<Holding>,
    pub(crate) schools: Vec<usize>,
    pub(crate) classes: Vec<usize>,
}

/// Schools of a stage: how many, how many grades, classes in all.
const SHAPES: &[(Stage, &str, usize, &[&str], usize)] = &[
    (Stage::Kindergarten, "幼儿园", 60, &["小班", "中班", "大班"], 540),
    (
        Stage::Primary,
        "小学",
        84,
        &["一年级", "二年级", "三年级", "四年级", "五年级", "六年级"],
        2_520,
    ),
    (Stage::Middle, "初级中学", 34, &["七年级", "八年级", "九年级"], 1_224),
    (Stage::High, "高级中学", 10, &["高一", "高二", "高三"], 360),
    (Stage::Vocational, "职业学校", 6, &["职一", "职二", "职三"], 356),
    (Stage::Training, "培训中心", 6, &[], 0),
];
const DEPARTMENTS: &[&str] =
    &["办公室", "发展规划与财务科", "组织人事科", "基础教育科", "职社科（安监科）", "督导室"];
const INSTITUTIONS: &[&str] = &["教师发展中心", "青少年活动中心", "教育考试中心"];
/// The posts of a school, the usual grid team first.
const SCHOOL_POSTS: &[&str] = &[
    "grid-chief",
    "security-officer",
    "community-police",
    "volunteer",
    "liaison",
    "report-liaison",
    "unit-head",
    "legal-vice-principal",
];
const PEOPLE: usize = 200_000;
const STUDENTS: usize = 132_000;

impl District {
    /// Makes the district that this seed stands for.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let mut district = Self::default();
        let bureau = district.place(None, UnitKind::Bureau, None, "青禾区教育局".to_owned());
        for name in DEPARTMENTS {
            district.place(Some(bureau), UnitKind::Department, None, (*name).to_owned());
        }
        for name in INSTITUTIONS {
            district.place(Some(bureau), UnitKind::Institution, None, (*name).to_owned());
        }
        for &(stage, kind, schools, grades, classes) in SHAPES {
            for index in 0..schools {
                let own = classes * (index + 1) / schools - classes * index / schools;
                district.school(bureau, stage, &names::school(index, kind), grades, own);
            }
        }
        district.fill_students(chance);
        district.fill_staff(chance);
        district.fill_guardians(chance);
        district
    }

    fn place(
        &mut self,
        parent: Option<usize>,
        kind: UnitKind,
        stage: Option<Stage>,
        name: String,
    ) -> usize {
        let index = self.places.len();
        let town = parent.and_then(|parent| self.places[parent].town);
        self.places.push(Place {
            id: format!("u{index:06}"),
            parent,
            kind,
            stage,
            name,
            code: None,
            town,
        });
        index
    }

    fn school(
        &mut self,
        bureau: usize,
        stage: Stage,
        name: &str,
        grades: &[&str],
        classes: usize,
    ) {
        let school = self.place(Some(bureau), UnitKind::School, Some(stage), name.to_owned());
        let number = self.schools.len();
        self.schools.push(school);
        self.places[school].code = Some(format!("QH{:04}", number + 1));
        self.places[school].town = Some(names::TOWNS[number % names::TOWNS.len()]);
        for (index, grade) in grades.iter().enumerate() {
            let own = classes * (index + 1) / grades.len() - classes * index / grades.len();
            let grade_unit =
                self.place(Some(school), UnitKind::Grade, Some(stage), (*grade).to_owned());
            for class in 1..=own {
                let name = format!("{grade}{class}班");
                let class = self.place(Some(grade_unit), UnitKind::Class, Some(stage), name);
                self.classes.push(class);
            }
        }
    }

    fn human(&mut self, unit: usize, role: &'static str, chance: &mut Chance) -> usize {
        let index = self.people.len();
        self.people.push(Human {
            id: format!("p{index:07}"),
            unit,
            role,
            name: names::person(chance),
            gender: if chance.happens(0.5) { "female" } else { "male" },
            student_no: None,
            phone: None,
            audiences: Vec::new(),
            joined_on: "2021-09-01",
            children: Vec::new(),
        });
        index
    }

    fn fill_students(&mut self, chance: &mut Chance) {
        let classes = self.classes.clone();
        for (index, &class) in classes.iter().enumerate() {
            let own = STUDENTS * (index + 1) / classes.len() - STUDENTS * index / classes.len();
            let stage = self.places[class].stage;
            for _ in 0..own {
                let student = self.human(class, "student", chance);
                let human = &mut self.people[student];
                human.student_no = Some(format!("G2022{student:08}"));
                human.audiences = match stage {
                    Some(Stage::Vocational) => vec!["student", "vocational-student"],
                    _ => vec!["student"],
                };
            }
        }
    }

    /// Two teachers a class; the first leads it. Each school's posts, with the
    /// vacancies that real schools have.
    fn fill_staff(&mut self, chance: &mut Chance) {
        let mut phone = 0;
        let mut hire = |district: &mut Self, unit: usize, chance: &mut Chance| {
            let person = district.human(unit, "staff", chance);
            phone += 1;
            let human = &mut district.people[person];
            human.phone = Some(names::phone(phone));
            human.audiences = vec!["staff"];
            person
        };
        for class in self.classes.clone() {
            let school = self.school_of(class);
            let lead = hire(self, school, chance);
            self.posts.push(Holding { unit: class, post: "class-teacher", person: lead });
            hire(self, school, chance);
        }
        for (number, school) in self.schools.clone().into_iter().enumerate() {
            for &post in SCHOOL_POSTS {
                let vacant = post == "volunteer" && number % 7 == 3
                    || post == "community-police" && number % 23 == 5;
                if !vacant {
                    let person = hire(self, school, chance);
                    self.posts.push(Holding { unit: school, post, person });
                }
            }
        }
        for unit in 0..1 + DEPARTMENTS.len() + INSTITUTIONS.len() {
            let head = hire(self, unit, chance);
            let post = if unit == 0 { "office-head" } else { "report-liaison" };
            self.posts.push(Holding { unit, post, person: head });
        }
    }

    /// Parents of the younger ones until there are 200,000 people; every tenth
    /// has a second child in the next class, and some have no phone.
    fn fill_guardians(&mut self, chance: &mut Chance) {
        let mut child = 0;
        while self.people.len() < PEOPLE && child + 30 < STUDENTS {
            let unit = self.people[child].unit;
            let guardian = self.human(unit, "guardian", chance);
            let siblings = chance.happens(0.1).then_some(child + 30);
            let human = &mut self.people[guardian];
            human.audiences = vec!["parent"];
            human.children = std::iter::once(child).chain(siblings).collect();
            human.phone = chance.happens(0.97).then(|| names::phone(1_000_000 + guardian));
            child += if chance.happens(0.15) { 2 } else { 1 };
        }
        // The rest are staff of the schools, so that the figure is round.
        while self.people.len() < PEOPLE {
            let school = *chance.pick(&self.schools);
            let person = self.human(school, "staff", chance);
            self.people[person].audiences = vec!["staff"];
        }
    }

    /// The school above a unit.
    pub(crate) fn school_of(&self, unit: usize) -> usize {
        let mut here = unit;
        while self.places[here].kind != UnitKind::School {
            match self.places[here].parent {
                Some(parent) => here = parent,
                None => return here,
            }
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_district_has_the_promised_size_and_is_the_same_every_time() {
        let district = District::new(&mut Chance::new(7));
        assert_eq!(district.schools.len(), 200);
        assert_eq!(district.classes.len(), 5_000);
        assert_eq!(district.people.len(), 200_000);
        let again = District::new(&mut Chance::new(7));
        assert!(district.people.iter().zip(&again.people).all(|(a, b)| a.name == b.name));
    }
}
