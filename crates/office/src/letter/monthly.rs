//! The monthly form: what was done against fraud and which clues were gathered,
//! as `.docx` and as `.xlsx` with the same layout.

use jiff::civil::Date;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Align, Block, Letter, LetterError, Row, Table, TableCell, chinese_date};
use crate::sheet::cut;

/// What a unit reports for a month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MonthlyForm {
    /// Whose system the form belongs to, as in 阳光区教育系统; opens the title.
    pub system: String,
    pub unit: String,
    pub year: i16,
    pub month: i8,
    /// The second line of the title, if it is not that of the annex.
    pub name: String,
    /// What the plan calls the work done; empty for the words of the annex.
    pub work: String,
    pub activities: Vec<Activity>,
    /// The plan's other questions, each with its answer.
    pub sections: Vec<(String, String)>,
    /// Forms that ask for no clues leave that part out.
    pub without_clues: bool,
    pub clues_month: u64,
    /// Since the campaign began.
    pub clues_total: u64,
    /// One line each; numbered here.
    pub clues: Vec<String>,
    pub filled_by: Option<String>,
    pub signed_by: Option<String>,
    pub submitted_on: Option<Date>,
    /// From 2 on the form says that it corrects an earlier one.
    pub version: u32,
    /// Below the table, as in 联系电话. Empty for none.
    pub remark: String,
}

/// A line of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Activity {
    pub text: String,
    pub note: String,
}

const WORK: &str = "反诈\n工作\n开展\n情况";
const CLUES: &str = "线索\n收集\n情况";
const CLUES_MONTH: &str = "本月线索\n收集条数";
const CLUES_TOTAL: &str = "开展专项行动以来\n共收集线索数";
/// Columns of the form, in shares of its width: label, work in three, note.
const WIDTHS: [f64; 5] = [18.0, 32.0, 30.0, 44.0, 32.0];

impl MonthlyForm {
    pub fn title(&self) -> String {
        if self.name.is_empty() {
            format!("{}{}年{}月反诈专项\n{SECOND_LINE}", self.system, self.year, self.month)
        } else {
            format!("{}{}年{}月\n{}", self.system, self.year, self.month, self.name)
        }
    }

    fn reporter(&self) -> String {
        format!("报送单位：{}（加盖公章）", self.unit)
    }

    fn version_mark(&self) -> String {
        if self.version > 1 {
            format!("第 {} 次报送（更正）", self.version)
        } else {
            String::new()
        }
    }

    fn foot(&self) -> (String, String) {
        let name =
            |name: &Option<String>| name.clone().unwrap_or_else(|| "\u{3000}\u{3000}".into());
        let day = self.submitted_on.map_or("    年  月  日".to_owned(), chinese_date);
        let people =
            format!("填表人：{}　审签人：{}", name(&self.filled_by), name(&self.signed_by));
        (people, format!("报送日期：{day}"))
    }

    fn clue_lines(&self) -> String {
        let lines = self.clues.iter().zip(1..).map(|(clue, n)| format!("{n}. {clue}"));
        let text = lines.collect::<Vec<_>>().join("\n");
        if text.is_empty() { "本月未收集到线索。".to_owned() } else { text }
    }

    fn work(&self) -> &str {
        if self.work.is_empty() { WORK } else { &self.work }
    }

    /// At least one line, so that an empty form can be filled in by hand.
    fn lines(&self) -> Vec<Activity> {
        if self.activities.is_empty() {
            vec![Activity::default(); 4]
        } else {
            self.activities.clone()
        }
    }
}

const SECOND_LINE: &str = "行动开展情况和线索收集情况统计表";

/// The form as a letter.
pub fn monthly_form(form: &MonthlyForm) -> Letter {
    let lines = form.lines();
    let mut rows = vec![Row {
        height_mm_min: 10.0,
        cells: vec![
            TableCell::head(form.work()).rows(lines.len() + 1),
            TableCell::head("工作内容").columns(3),
            TableCell::head("备注"),
        ],
    }];
    rows.extend(lines.into_iter().map(|line| Row {
        height_mm_min: 12.0,
        cells: vec![TableCell::new(line.text).columns(3), TableCell::new(line.note)],
    }));
    rows.extend(form.sections.iter().map(|(name, text)| Row {
        height_mm_min: 16.0,
        cells: vec![TableCell::head(&**name), TableCell::new(&**text).columns(4)],
    }));
    if !form.without_clues {
        rows.extend(clue_rows(form));
    }
    let (people, day) = form.foot();
    let mut blocks = vec![
        Block::AnnexMark("附件".to_owned()),
        Block::Title(form.title()),
        Block::LeftRight(form.reporter(), form.version_mark()),
        Block::Table(Table { widths: WIDTHS.to_vec(), n_head_rows: 0, rows }),
        Block::LeftRight(people, day),
    ];
    if !form.remark.is_empty() {
        blocks.push(Block::LeftRight(form.remark.clone(), String::new()));
    }
    Letter { name: form.title().replace('\n', ""), is_landscape: false, blocks }
}

fn clue_rows(form: &MonthlyForm) -> [Row; 2] {
    let number = |n: u64| TableCell::new(n.to_string()).align(Align::Center);
    [
        Row {
            height_mm_min: 16.0,
            cells: vec![
                TableCell::head(CLUES).rows(2),
                TableCell::head(CLUES_MONTH),
                number(form.clues_month),
                TableCell::head(CLUES_TOTAL),
                number(form.clues_total),
            ],
        },
        Row { height_mm_min: 24.0, cells: vec![TableCell::new(form.clue_lines()).columns(4)] },
    ]
}

/// The form as a workbook of one sheet.
pub fn monthly_form_xlsx(form: &MonthlyForm) -> Result<Vec<u8>, LetterError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(format!("{}年{}月", form.year, form.month))?;
    write_sheet(sheet, form)?;
    Ok(workbook.save_to_buffer()?)
}

fn write_sheet(sheet: &mut Worksheet, form: &MonthlyForm) -> Result<(), XlsxError> {
    let text = Format::new()
        .set_font_name("仿宋")
        .set_font_size(12)
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter);
    let left =
        text.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
    let middle = left.clone().set_align(FormatAlign::Center);
    let head = middle.clone().set_font_name("黑体");
    let title = Format::new()
        .set_font_name("宋体")
        .set_font_size(18)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    for (column, width) in WIDTHS.iter().enumerate() {
        sheet.set_column_width(column as u16, width * 0.55)?;
    }
    sheet.write_string_with_format(0, 0, "附件", &text.clone().set_font_name("黑体"))?;
    sheet.set_row_height(1, 56)?;
    sheet.merge_range(1, 0, 1, 4, &cut(&form.title()), &title)?;
    let reporter = format!("{}　{}", form.reporter(), form.version_mark());
    sheet.set_row_height(2, 24)?;
    sheet.merge_range(2, 0, 2, 4, &cut(&reporter), &text)?;
    let lines = form.lines();
    let first = 3;
    let last = first + lines.len() as u32;
    sheet.set_row_height(first, 26)?;
    sheet.merge_range(first, 0, last, 0, form.work(), &head)?;
    sheet.merge_range(first, 1, first, 3, "工作内容", &head)?;
    sheet.write_string_with_format(first, 4, "备注", &head)?;
    for (row, line) in (first + 1..).zip(&lines) {
        sheet.set_row_height(row, height_of(&line.text, 46).max(height_of(&line.note, 14)))?;
        sheet.merge_range(row, 1, row, 3, &cut(&line.text), &left)?;
        sheet.write_string_with_format(row, 4, cut(&line.note), &left)?;
    }
    let mut row = last + 1;
    for (name, text) in &form.sections {
        sheet.set_row_height(row, height_of(text, 64))?;
        sheet.write_string_with_format(row, 0, cut(name), &head)?;
        sheet.merge_range(row, 1, row, 4, &cut(text), &left)?;
        row += 1;
    }
    if !form.without_clues {
        sheet.set_row_height(row, 40)?;
        sheet.merge_range(row, 0, row + 1, 0, CLUES, &head)?;
        sheet.write_string_with_format(row, 1, CLUES_MONTH, &head)?;
        sheet.write_number_with_format(row, 2, form.clues_month as f64, &middle)?;
        sheet.write_string_with_format(row, 3, CLUES_TOTAL, &head)?;
        sheet.write_number_with_format(row, 4, form.clues_total as f64, &middle)?;
        let clues = form.clue_lines();
        sheet.set_row_height(row + 1, height_of(&clues, 64).max(60.0))?;
        sheet.merge_range(row + 1, 1, row + 1, 4, &cut(&clues), &left)?;
        row += 2;
    }
    let (people, day) = form.foot();
    sheet.set_row_height(row, 26)?;
    sheet.merge_range(row, 0, row, 4, &cut(&format!("{people}　　{day}")), &text)?;
    if !form.remark.is_empty() {
        sheet.merge_range(row + 1, 0, row + 1, 4, &cut(&form.remark), &text)?;
    }
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Row height for a text in a column of so many half signs; merged cells do
/// not grow by themselves.
fn height_of(text: &str, halves: usize) -> f64 {
    let lines = |line: &str| {
        let n: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        n.div_ceil(halves).max(1)
    };
    let lines: usize = text.split('\n').map(lines).sum();
    (lines as f64 * 17.0 + 8.0).clamp(28.0, 409.0)
}
