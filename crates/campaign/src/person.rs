//! People (人员): what somebody is to the body, and which audiences follow
//! from that alone.

use jiff::civil::Date;

use crate::plan::Stage;

/// What a person is to the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonRole {
    Student,
    Staff,
    Guardian,
    Police,
    Volunteer,
}

impl PersonRole {
    pub const ALL: [Self; 5] =
        [Self::Student, Self::Staff, Self::Guardian, Self::Police, Self::Volunteer];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Staff => "staff",
            Self::Guardian => "guardian",
            Self::Police => "police",
            Self::Volunteer => "volunteer",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Student => "学生",
            Self::Staff => "教职工",
            Self::Guardian => "监护人",
            Self::Police => "民警",
            Self::Volunteer => "志愿者",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gender {
    Male,
    Female,
}

impl Gender {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Male, Self::Female].into_iter().find(|gender| gender.code() == code)
    }
}

/// The audiences that follow from what a person is and where: the role's own
/// word first. A freshman is a student of a vocational school or university in
/// the school year (from 1 August on) in which they joined; every other student
/// there is an enrolled one.
pub fn own_audiences(
    role: PersonRole,
    stage: Option<Stage>,
    joined: Option<Date>,
    today: Date,
) -> Vec<&'static str> {
    match role {
        PersonRole::Student => {
            let mut audiences = vec!["student"];
            if matches!(stage, Some(Stage::Vocational | Stage::University)) {
                audiences.push("vocational-student");
                let is_new = joined.is_some_and(|day| school_year(day) == school_year(today));
                audiences.push(if is_new { "freshman" } else { "enrolled-student" });
            }
            if stage == Some(Stage::Kindergarten) {
                audiences.push("child");
            }
            audiences
        }
        PersonRole::Staff => vec!["staff"],
        PersonRole::Guardian => vec!["parent"],
        PersonRole::Police => vec!["police"],
        PersonRole::Volunteer => vec!["volunteer"],
    }
}

/// The calendar year in which the school year of `day` began. August counts to
/// the new one: that is when freshmen are entered.
pub fn school_year(day: Date) -> i16 {
    if day.month() < 8 { day.year() - 1 } else { day.year() }
}

/// The audience that a word of the roster's category column names.
pub fn audience_of_category(category: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 7] = [
        ("财务", "finance-staff"),
        ("新入职", "new-staff"),
        ("新教师", "new-staff"),
        ("退休", "retired-staff"),
        ("党员", "party-member"),
        ("新生", "freshman"),
        ("团员", "league-member"),
    ];
    WORDS.iter().find(|(word, _)| category.contains(word)).map(|(_, audience)| *audience)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn audiences_follow_from_role_stage_and_the_day_of_joining() {
        let of = |role, stage, joined| own_audiences(role, stage, joined, date(2023, 3, 1));
        assert_eq!(of(PersonRole::Student, Some(Stage::Primary), None), ["student"]);
        assert_eq!(
            of(PersonRole::Student, Some(Stage::Kindergarten), None),
            ["student", "child"]
        );
        let university = Some(Stage::University);
        assert_eq!(
            of(PersonRole::Student, university, Some(date(2022, 9, 1))),
            ["student", "vocational-student", "freshman"]
        );
        assert_eq!(
            of(PersonRole::Student, university, Some(date(2021, 9, 1))),
            ["student", "vocational-student", "enrolled-student"]
        );
        assert_eq!(of(PersonRole::Guardian, None, None), ["parent"]);
    }

    #[test]
    fn words_of_the_roster_name_audiences() {
        assert_eq!(audience_of_category("财务人员"), Some("finance-staff"));
        assert_eq!(audience_of_category("离退休教职工"), Some("retired-staff"));
        assert_eq!(audience_of_category("在编教师"), None);
    }
}
