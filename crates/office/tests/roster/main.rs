//! Rosters as schools send them, and what is read from them.

use std::fmt::Write as _;

use expect_test::Expect;
use jiff::civil::date;
use office::roster::{
    Guardian, IdNumber, Limits, Options, Reading, Role, RosterFile, RosterRow, Sex,
};

mod files;
mod meaning;

fn options() -> Options {
    Options { today: Some(date(2026, 9, 1)), ..Options::default() }
}

/// Reads a CSV file and shows its people, what is wrong, and the counts.
fn check(csv: &str, expected: &Expect) {
    check_bytes(csv.as_bytes(), "花名册.csv", &options(), expected);
}

fn check_bytes(bytes: &[u8], name: &str, options: &Options, expected: &Expect) {
    expected.assert_eq(&shown(bytes, name, options));
}

fn shown(bytes: &[u8], name: &str, options: &Options) -> String {
    let read = RosterFile::open(bytes.to_vec(), name, &Limits::default())
        .and_then(|file| file.rows(options));
    match read {
        Ok((rows, reading)) => {
            let mut text: String = rows.iter().map(person).collect();
            for problem in reading.problems.list() {
                let _ = writeln!(text, "{problem}");
            }
            text + &counts(&reading)
        }
        Err(error) => format!("{error}\n"),
    }
}

fn person(row: &RosterRow) -> String {
    let mut words = vec![row.name.clone()];
    words.push(match row.role {
        Role::Student => "学生".to_owned(),
        Role::Staff => "教职工".to_owned(),
    });
    words.extend(row.sex.map(|sex| if sex == Sex::Male { "男" } else { "女" }.to_owned()));
    let place = &row.place;
    let place = [
        place.town.clone(),
        place.school.clone(),
        place.school_code.clone(),
        place.campus.clone(),
        place.stage.map(|stage| format!("[{}]", stage.chinese())),
        place.faculty.clone(),
        place.major.clone(),
        place.department.clone(),
        place.grade.map(|grade| grade.to_string()),
        place.class.clone(),
        place.group.clone(),
    ];
    words.push(place.into_iter().flatten().collect::<Vec<_>>().join("/"));
    let id = row.id_number.clone().map(|id| match id {
        IdNumber::Resident(number) => number,
        IdNumber::Other { kind, number } => format!("{}{number}", kind.unwrap_or_default()),
    });
    for (label, value) in [
        ("学号", row.student_no.clone()),
        ("学籍号", row.register_no.clone()),
        ("工号", row.staff_no.clone()),
        ("证件", id),
        ("生于", row.born_on.map(|day| day.to_string())),
        ("入学", row.enrolled_on.map(|day| day.to_string())),
        ("岗位", row.post.clone()),
        ("类别", row.category.clone()),
        ("手机", row.phone.clone()),
        ("住", row.address.clone()),
        ("注", row.note.clone()),
    ] {
        words.extend(value.map(|value| format!("{label}{value}")));
    }
    for Guardian { name, relation, phone } in &row.guardians {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "—".to_owned());
        words.push(format!("({} {} {})", part(relation), part(name), part(phone)));
    }
    format!("{}! {}\n", row.row, words.join(" "))
}

fn counts(reading: &Reading) -> String {
    let preview = &reading.preview;
    let mut text = format!(
        "{} 行（坏 {} 略 {}）：学生 {} 教职工 {} 监护人 {} 班级 {} 学校 {}\n",
        preview.rows,
        preview.rows_with_errors,
        preview.rows_skipped,
        preview.students,
        preview.staff,
        preview.guardians,
        preview.classes,
        preview.schools.len(),
    );
    for (sheet, letter, header) in &preview.unknown_headers {
        let _ = writeln!(text, "不认识 {sheet} {letter} {header}");
    }
    text
}
