//! The list of who holds which post (岗位名单), with every vacancy shown.

use jiff::civil::Date;

use super::{Align, Block, Letter, Row, Signature, Table, TableCell, chinese_date};

/// Posts of a unit and those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentList {
    pub title: String,
    pub unit: String,
    pub as_of: Date,
    pub groups: Vec<AppointmentGroup>,
}

/// A leading group, an office, or the team of one school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentGroup {
    pub name: String,
    pub appointments: Vec<Appointment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Appointment {
    pub post: String,
    /// `None` is a vacancy.
    pub person: Option<String>,
    /// 单位及职务.
    pub position: String,
    /// Masked or not as the caller decides.
    pub phone: String,
    pub note: String,
}

const VACANT: &str = "（空缺）";

/// The list as a letter, a table for each group.
pub fn appointment_list(list: &AppointmentList) -> Letter {
    let all = || list.groups.iter().flat_map(|group| &group.appointments);
    let n_posts = all().count();
    let n_vacant = all().filter(|appointment| appointment.person.is_none()).count();
    let vacant = match n_vacant {
        0 => "无空缺".to_owned(),
        n => format!("空缺 {n} 个"),
    };
    let day = chinese_date(list.as_of);
    let n_held = n_posts - n_vacant;
    let summary = format!("截至{day}，共设岗位 {n_posts} 个，到岗 {n_held} 人，{vacant}。");
    let mut blocks = vec![Block::Title(list.title.clone()), Block::Paragraph(summary)];
    for group in &list.groups {
        blocks.push(Block::Heading(1, group.name.clone()));
        blocks.push(Block::Table(table(group)));
    }
    blocks.push(Block::Signature(Signature {
        unit: list.unit.clone(),
        signed_on: list.as_of,
        signed_by: None,
        marks_seal: false,
    }));
    Letter { name: list.title.replace('\n', ""), is_landscape: false, blocks }
}

fn table(group: &AppointmentGroup) -> Table {
    let head = ["岗位", "姓名", "单位及职务", "联系电话", "备注"];
    let mut rows = vec![Row {
        height_mm_min: 9.0,
        cells: head.into_iter().map(TableCell::head).collect(),
    }];
    rows.extend(group.appointments.iter().map(|appointment| {
        let center = |text: &str| TableCell::new(text).align(Align::Center);
        let person = match &appointment.person {
            Some(person) => center(person),
            None => TableCell::head(VACANT),
        };
        let cells = vec![
            center(&appointment.post),
            person,
            TableCell::new(&*appointment.position),
            center(&appointment.phone),
            TableCell::new(&*appointment.note),
        ];
        Row { height_mm_min: 9.0, cells }
    }));
    Table { widths: vec![30.0, 24.0, 48.0, 32.0, 22.0], n_head_rows: 1, rows }
}
