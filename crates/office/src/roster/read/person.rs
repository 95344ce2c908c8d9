//! One row to one person, with everything that is wrong with it.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{Known, Sheet, again};
use crate::roster::cells::{RawRow, Value};
use crate::roster::columns::{field_of, implied_relation};
use crate::roster::field::Field;
use crate::roster::grade::{self, Grade};
use crate::roster::problem::{CellProblem, Level, shown};
use crate::roster::tally::{Seen, Twice};
use crate::roster::value::{self, Fault, is_placeholder};
use crate::roster::{GUARDIANS_MAX, Guardian, IdNumber, Options, Place, Role, RosterRow, Sex};

/// Reads the rows of one sheet; knows which column gives which field.
pub(super) struct PersonReader<'s> {
    sheet: &'s Sheet,
    today: Option<Date>,
    at: Columns,
    guardians: Vec<GuardianColumns>,
}

/// Column of each plain field, by the order of [`Field::all`].
struct Columns(Vec<(Field, u16)>);

struct GuardianColumns {
    name: Option<u16>,
    relation: Option<u16>,
    phone: Option<u16>,
    implied_relation: Option<&'static str>,
}

/// What one row has shown so far.
struct Row<'r, 'a, 'k> {
    raw: &'r RawRow<'r, 'a>,
    sheet: &'r Sheet,
    known: &'k mut Known,
    is_sound: bool,
}

impl<'s> PersonReader<'s> {
    pub(super) fn new(sheet: &'s Sheet, options: &Options) -> Self {
        let columns = &sheet.header.columns;
        let pairs: Vec<(Field, u16)> = columns
            .iter()
            .filter_map(|column| Some((field_of(column)?, column.index)))
            .collect();
        let find =
            |field: Field| pairs.iter().find(|(this, _)| *this == field).map(|(_, at)| *at);
        let guardians = (0..GUARDIANS_MAX as u8)
            .map(|n| GuardianColumns {
                name: find(Field::GuardianName(n)),
                relation: find(Field::GuardianRelation(n)),
                phone: find(Field::GuardianPhone(n)),
                implied_relation: implied_relation(columns, n),
            })
            .filter(|columns| columns.name.is_some() || columns.phone.is_some())
            .collect();
        Self { sheet, today: options.today, at: Columns(pairs), guardians }
    }

    pub(super) fn name_column(&self) -> u16 {
        self.column(Field::Name).unwrap_or(0)
    }

    /// True if neither the sheet's columns nor its titles tell a class.
    pub(super) fn lacks_class(&self) -> bool {
        self.sheet.role == Role::Student
            && self.sheet.class.is_none()
            && !self.sheet.has(Field::Class)
            && !self.sheet.has(Field::Role)
    }

    fn column(&self, field: Field) -> Option<u16> {
        self.at.0.iter().find(|(this, _)| *this == field).map(|(_, at)| *at)
    }

    /// The person of a row; `None` if the row has an error, which is noted.
    pub(super) fn person(&self, raw: &RawRow<'_, '_>, known: &mut Known) -> Option<RosterRow> {
        let n_before = known.problems.list().len();
        let mut row = Row { raw, sheet: self.sheet, known, is_sound: true };
        let name = self.name(&mut row);
        let category = row.text(self.column(Field::Role), "人员类别", 30);
        let role = row.take(self.column(Field::Role), |cell| value::role(&cell.text()));
        let role = role.unwrap_or(self.sheet.role);
        let place = self.place(&mut row, role);
        let id_kind = row.text(self.column(Field::IdKind), "证件类型", 30);
        let id_number = row.take(self.column(Field::IdNumber), |cell| {
            value::id_number(cell, id_kind.as_deref())
        });
        let sex = row.take(self.column(Field::Sex), |cell| value::sex(&cell.text())).flatten();
        let born_on = self.past_day(&mut row, Field::BornOn);
        let (sex, born_on) = self.agree(&mut row, id_number.as_ref(), sex, born_on);
        let enrolled_on = self.past_day(&mut row, Field::EnrolledOn);
        if let (Some(born), Some(enrolled)) = (born_on, enrolled_on)
            && enrolled <= born
        {
            row.error(self.column(Field::EnrolledOn), "入学（入职）日期早于出生日期，请核对");
        }
        let person = RosterRow {
            sheet: self.sheet.name.clone(),
            row: raw.number,
            name: name.unwrap_or_default(),
            role,
            category,
            sex,
            student_no: row.code(self.column(Field::StudentNo), "学号"),
            register_no: row.code(self.column(Field::RegisterNo), "学籍号"),
            staff_no: row.code(self.column(Field::StaffNo), "工号"),
            id_number,
            born_on,
            place,
            post: row.text(self.column(Field::Post), "岗位", 40),
            phone: row.phone(self.column(Field::Phone)),
            address: row.text(self.column(Field::Address), "家庭住址", 200),
            enrolled_on,
            note: row.text(self.column(Field::Note), "备注", 500),
            guardians: self.guardians(&mut row, role),
        };
        self.check_twice(&mut row, &person);
        let lacks_class = self.lacks_class() && role == Role::Student;
        let is_sound = row.is_sound && !lacks_class;
        known.problems.sort_from(n_before);
        is_sound.then_some(person)
    }

    fn name(&self, row: &mut Row<'_, '_, '_>) -> Option<String> {
        let column = Some(self.name_column());
        if row.cell(column).is_none() {
            row.error(column, "缺少姓名，姓名必须填写");
            return None;
        }
        row.take(column, |cell| value::name(&cell.text()))
    }

    fn place(&self, row: &mut Row<'_, '_, '_>, role: Role) -> Place {
        let stage = row.carried(self.column(Field::Stage), |cell| grade::stage(&cell.text()));
        let mut last = row.known.last_grade.take();
        let said_grade = row.carried(self.column(Field::Grade), |cell| {
            let text = cell.text();
            again(&mut last, &text, stage, || grade::grade(&text, stage))
        });
        row.known.last_grade = last;
        let class_column = self.column(Field::Class);
        let class_stage = stage.or_else(|| said_grade.and_then(Grade::stage));
        let had_error = !row.is_sound;
        let mut last = row.known.last_class.take();
        let word = row.carried(class_column, |cell| {
            let text = cell.text();
            again(&mut last, &text, class_stage, || grade::class(&text, class_stage))
        });
        row.known.last_class = last;
        let class_failed = !had_error && !row.is_sound;
        let from_title = || self.sheet.class.clone().filter(|_| class_column.is_none());
        let word = word.or_else(from_title);
        let is_missing = word.is_none() && !class_failed && role == Role::Student;
        if is_missing && class_column.is_some() && !row.has_cell_carried(class_column) {
            row.error(class_column, "缺少班级，学生必须填写班级，如“1班”“三（2）班”");
        }
        let class_grade = word.as_ref().and_then(|word| word.grade);
        if let (Some(said), Some(of_class)) = (said_grade, class_grade)
            && differ(said, of_class)
        {
            let words = format!("班级中的年级（{of_class}）与“年级”列（{said}）不一致，请核对");
            row.error(class_column, words);
        }
        let grade = said_grade.or(class_grade);
        let grade_stage = grade.and_then(Grade::stage);
        if let (Some(stage), Some(of_grade)) = (stage, grade_stage)
            && stage != of_grade
        {
            let words = format!("年级属于{}，与“学段”列不一致，请核对", of_grade.chinese());
            row.warn(self.column(Field::Stage), words);
        }
        let mut text = |field: Field, chars_max: usize| {
            let column = self.column(field);
            row.carried(column, |cell| value::free(&cell.text(), &field.label(), chars_max))
        };
        Place {
            town: text(Field::Town, 40),
            school: text(Field::School, 60),
            school_code: text(Field::SchoolCode, 40),
            campus: text(Field::Campus, 40),
            stage: stage.or(grade_stage),
            faculty: text(Field::Faculty, 60),
            major: text(Field::Major, 60),
            department: text(Field::Department, 60),
            grade,
            class: word.map(|word| word.class),
            group: text(Field::Group, 40),
        }
    }

    fn past_day(&self, row: &mut Row<'_, '_, '_>, field: Field) -> Option<Date> {
        let today = self.today;
        let column = self.column(field);
        // A column of months cannot give a day, and that is not its fault.
        let asks_for_month = column.is_some_and(|at| self.sheet.header_of(at).contains("年月"));
        if asks_for_month && row.cell(column).is_some_and(value::is_month) {
            row.warn(column, "只有年月，没有日，未导入该日期");
            return None;
        }
        row.take(column, |cell| {
            let day = value::day(cell)?;
            match today {
                Some(today) if day > today => Err(Fault::from("日期在今天之后，请核对")),
                _ => Ok(day),
            }
        })
    }

    /// Sex and birth from the resident number where their columns are empty,
    /// and a warning where they say otherwise.
    fn agree(
        &self,
        row: &mut Row<'_, '_, '_>,
        id: Option<&IdNumber>,
        sex: Option<Sex>,
        born_on: Option<Date>,
    ) -> (Option<Sex>, Option<Date>) {
        let Some(IdNumber::Resident(number)) = id else { return (sex, born_on) };
        let (id_sex, id_birth) = (value::resident_sex(number), value::resident_birth(number));
        if sex.is_some() && sex != id_sex {
            row.warn(self.column(Field::Sex), "性别与身份证号不一致，请核对");
        }
        if born_on.is_some() && born_on != id_birth {
            row.warn(self.column(Field::BornOn), "出生日期与身份证号不一致，请核对");
        }
        (sex.or(id_sex), born_on.or(id_birth))
    }

    fn guardians(&self, row: &mut Row<'_, '_, '_>, role: Role) -> Vec<Guardian> {
        let mut found: Vec<Guardian> = Vec::new();
        for columns in &self.guardians {
            let name = row.take(columns.name, |cell| value::name(&cell.text()));
            let phone = row.phone(columns.phone);
            let relation = row.take(columns.relation, |cell| value::relation(&cell.text()));
            if name.is_none() && phone.is_none() {
                continue;
            }
            let relation = relation.or_else(|| columns.implied_relation.map(str::to_owned));
            let guardian = Guardian { name, relation, phone };
            if !found.contains(&guardian) {
                found.push(guardian);
            }
        }
        if role == Role::Staff { Vec::new() } else { found }
    }

    fn check_twice(&self, row: &mut Row<'_, '_, '_>, person: &RosterRow) {
        if person.name.is_empty() {
            return;
        }
        let seen = Seen { sheet: self.sheet.at, row: person.row };
        for (twice, first) in row.known.tally.find_twice(person, seen) {
            let place = row.known.seen_at(first, self.sheet);
            let (field, words) = match twice {
                Twice::IdNumber => {
                    (Field::IdNumber, format!("同一证件号码已在{place}出现，同一人不能重复"))
                }
                Twice::RegisterNo => (Field::RegisterNo, format!("学籍号与{place}重复")),
                Twice::StudentNo => {
                    (Field::StudentNo, format!("学号与{place}重复，同一学校内学号不能重复"))
                }
                Twice::StaffNo => {
                    (Field::StaffNo, format!("工号与{place}重复，同一学校内工号不能重复"))
                }
                Twice::Everything => {
                    (Field::Name, format!("与{place}完全相同，同一人不能重复"))
                }
                Twice::NameInClass => {
                    let words =
                        format!("与{place}同班同名，无法用学号或证件号区分，请核对是否同一人");
                    row.warn(self.column(Field::Name), words);
                    continue;
                }
            };
            row.error(self.column(field), words);
        }
    }
}

/// A grade by its year in the stage and one by entry cannot be compared here.
fn differ(a: Grade, b: Grade) -> bool {
    match (a, b) {
        (Grade::Entered { .. }, Grade::Year { .. })
        | (Grade::Year { .. }, Grade::Entered { .. }) => false,
        (a, b) => a != b,
    }
}

impl<'a> Row<'_, 'a, '_> {
    /// The cell of a column, unless it is blank or says nothing.
    fn cell(&self, column: Option<u16>) -> Option<&Value<'a>> {
        let cell = self.raw.cell(column?);
        says_something(cell).then_some(cell)
    }

    fn has_cell_carried(&self, column: Option<u16>) -> bool {
        column.is_some_and(|column| says_something(self.raw.cell_or_carried(column)))
    }

    fn take<T>(
        &mut self,
        column: Option<u16>,
        parse: impl FnOnce(&Value<'a>) -> Result<T, Fault>,
    ) -> Option<T> {
        let parsed = parse_cell(self.cell(column)?, parse);
        self.noted(column, parsed)
    }

    /// The same where a merge from above gives the value too.
    fn carried<T>(
        &mut self,
        column: Option<u16>,
        parse: impl FnOnce(&Value<'a>) -> Result<T, Fault>,
    ) -> Option<T> {
        let cell = self.raw.cell_or_carried(column?);
        let parsed = says_something(cell).then(|| parse_cell(cell, parse))?;
        self.noted(column, parsed)
    }

    fn noted<T>(&mut self, column: Option<u16>, parsed: Result<T, Fault>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.error(column, fault);
                None
            }
        }
    }

    fn text(&mut self, column: Option<u16>, what: &str, chars_max: usize) -> Option<String> {
        self.take(column, |cell| value::free(&cell.text(), what, chars_max))
    }

    fn code(&mut self, column: Option<u16>, what: &str) -> Option<String> {
        self.take(column, |cell| value::code(cell, what))
    }

    fn phone(&mut self, column: Option<u16>) -> Option<String> {
        let (phone, has_more) = self.take(column, value::phone)?;
        if has_more {
            self.warn(column, "一格内有多个电话，只取第一个；其余请填入另一监护人");
        }
        Some(phone)
    }

    fn error(&mut self, column: Option<u16>, message: impl Into<Cow<'static, str>>) {
        self.is_sound = false;
        self.add(Level::Error, column, message.into());
    }

    fn warn(&mut self, column: Option<u16>, message: impl Into<Cow<'static, str>>) {
        self.add(Level::Warning, column, message.into());
    }

    fn add(&mut self, level: Level, column: Option<u16>, message: Cow<'static, str>) {
        let column = column.unwrap_or(0);
        let (raw, sheet) = (self.raw, self.sheet);
        self.known.problems.add(level, || CellProblem {
            level,
            sheet: sheet.name.clone(),
            row: raw.number,
            column,
            header: sheet.header_of(column),
            value: shown(&raw.cell_or_carried(column).text()),
            message: message.into_owned(),
        });
    }
}

fn parse_cell<'a, T>(
    cell: &Value<'a>,
    parse: impl FnOnce(&Value<'a>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    match cell {
        Value::Error => Err("单元格是公式错误值，请改为实际内容".into()),
        cell => parse(cell),
    }
}

fn says_something(cell: &Value<'_>) -> bool {
    match cell {
        Value::Text(text) => {
            let text = text.trim();
            !text.is_empty() && !is_placeholder(text)
        }
        cell => !cell.is_blank(),
    }
}
