//! The empty roster to fill in: a sheet for students, one for staff, and one
//! that explains every column.

use rust_xlsxwriter::{
    DataValidation, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError,
};

use super::field::Field;
use super::file::FileError;

/// Column, whether it must be filled in, what is allowed, an example.
type Line = (Field, bool, &'static str, &'static str);

const STUDENT: &[Line] = &[
    (Field::School, false, "学校全称；单个学校导入时可不填", "阳光镇中心小学"),
    (Field::Campus, false, "有多个校区时填写", "东校区"),
    (Field::Stage, false, "幼儿园、小学、初中、高中、中职、高校、培训机构", "小学"),
    (Field::Grade, false, "一年级、七年级、初一、高二、大班 或 2023级", "三年级"),
    (Field::Class, true, "1班、（2）班、2301班；也可写“三（2）班”", "2班"),
    (Field::Group, false, "班内小组", "第一组"),
    (Field::Name, true, "汉字或字母姓名", "陈小满"),
    (Field::Sex, false, "男 或 女；填了身份证号可不填", "女"),
    (Field::StudentNo, false, "同一学校内不能重复；请保持文本格式", "20230217"),
    (Field::RegisterNo, false, "全国学籍号，全国唯一；请保持文本格式", ""),
    (Field::IdKind, false, "不填按居民身份证检查；护照等请写明", "居民身份证"),
    (Field::IdNumber, false, "18 位，检查校验位；请保持文本格式", ""),
    (Field::BornOn, false, "2015-03-02 这样的完整日期", "2015-03-02"),
    (Field::EnrolledOn, false, "2023-09-01 这样的完整日期", "2023-09-01"),
    (Field::Address, false, "最多 200 字", ""),
    (Field::GuardianName(0), false, "没有手机的监护人也请填写姓名", "陈建国"),
    (Field::GuardianRelation(0), false, "父亲、母亲、爷爷 等", "父亲"),
    (
        Field::GuardianPhone(0),
        false,
        "11 位手机号或带区号的固定电话；没有就空着",
        "13900000000",
    ),
    (Field::GuardianName(1), false, "同上；最多四位监护人，可照此加列", "李秀兰"),
    (Field::GuardianRelation(1), false, "同上", "母亲"),
    (Field::GuardianPhone(1), false, "同上", ""),
    (Field::Note, false, "最多 500 字", ""),
];

const STAFF: &[Line] = &[
    (Field::School, false, "学校或单位全称；单个学校导入时可不填", "阳光镇中心小学"),
    (Field::Department, false, "科室、处室或部门", "德育处"),
    (Field::Name, true, "汉字或字母姓名", "周正平"),
    (Field::Sex, false, "男 或 女", "男"),
    (Field::StaffNo, false, "同一学校内不能重复；请保持文本格式", "T0107"),
    (Field::Role, false, "教职工，可写明在编教师、财务人员、离退休教职工等", "在编教师"),
    (Field::Post, false, "岗位或职务；多个用顿号隔开", "网格长"),
    (Field::Phone, false, "11 位手机号或带区号的固定电话", "13900000001"),
    (Field::IdNumber, false, "18 位，检查校验位；请保持文本格式", ""),
    (Field::EnrolledOn, false, "入职日期，2023-09-01 这样的完整日期", "2020-08-20"),
    (Field::Note, false, "最多 500 字", ""),
];

/// Rows that are prepared for filling in.
const ROWS: u32 = 5_000;

/// The template as `.xlsx`.
pub fn template() -> Result<Vec<u8>, FileError> {
    write().map_err(|error| FileError::Write(error.to_string()))
}

fn write() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    write_sheet(workbook.add_worksheet().set_name("学生")?, STUDENT)?;
    write_sheet(workbook.add_worksheet().set_name("教职工")?, STAFF)?;
    write_help(workbook.add_worksheet().set_name("填写说明")?)?;
    workbook.save_to_buffer()
}

/// In the staff sheet the day of entry is one of work.
fn label(field: Field, lines: &[Line]) -> String {
    match field {
        Field::EnrolledOn if lines.len() == STAFF.len() => "入职日期".to_owned(),
        field => field.label(),
    }
}

fn write_sheet(sheet: &mut Worksheet, lines: &[Line]) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@");
    let header =
        Format::new().set_bold().set_background_color("#DDEBF7").set_align(FormatAlign::Center);
    let required = header.clone().set_font_color("#C00000");
    for (column, (field, is_required, help, _)) in lines.iter().enumerate() {
        let column = column as u16;
        let label = label(*field, lines);
        let width = (label.chars().count() * 2 + 6).max(12) as f64;
        sheet.set_column_width(column, width)?;
        sheet.set_column_format(column, &text)?;
        let format = if *is_required { &required } else { &header };
        sheet.write_string_with_format(0, column, &label, format)?;
        let must = if *is_required { "必填。" } else { "" };
        let note = Note::new(format!("{must}{help}")).add_author_prefix(false);
        sheet.insert_note(0, column, &note)?;
        if *field == Field::Sex {
            let choice = DataValidation::new().allow_list_strings(&["男", "女"])?;
            sheet.add_data_validation(1, column, ROWS, column, &choice)?;
        }
        if *field == Field::Stage {
            let stages = ["幼儿园", "小学", "初中", "高中", "中职", "高校", "培训机构"];
            let choice = DataValidation::new().allow_list_strings(&stages)?;
            sheet.add_data_validation(1, column, ROWS, column, &choice)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_help(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    const ADVICE: &[&str] = &[
        "1. 学生与教职工分别填在前两张工作表；也可用贵单位现有的花名册直接上传，常见列名会自动识别。",
        "2. 红色列名为必填。列的先后可以调整，不需要的列可以删除，不认识的列会忽略并提示。",
        "3. 学号、身份证号、手机号请保持“文本”格式，以免长号码被改成科学记数而丢失末位。",
        "4. 上传后先预览：有错误时一行也不会导入，可下载标出问题的表格，改好后重新上传。",
        "5. 再次上传只更新有变化的人员，不会重复。",
    ];
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap();
    sheet.set_column_width(0, 12)?;
    sheet.set_column_width(1, 20)?;
    sheet.set_column_width(2, 8)?;
    sheet.set_column_width(3, 56)?;
    sheet.set_column_width(4, 20)?;
    let mut row = 0;
    for line in ADVICE {
        sheet.write_string(row, 0, *line)?;
        row += 1;
    }
    row += 1;
    for (column, header) in ["工作表", "列名", "必填", "填写要求", "举例"].iter().enumerate()
    {
        sheet.write_string_with_format(row, column as u16, *header, &bold)?;
    }
    for (name, lines) in [("学生", STUDENT), ("教职工", STAFF)] {
        for (field, is_required, help, example) in lines {
            row += 1;
            sheet.write_string(row, 0, name)?;
            sheet.write_string(row, 1, label(*field, lines))?;
            sheet.write_string(row, 2, if *is_required { "是" } else { "" })?;
            sheet.write_string_with_format(row, 3, *help, &wrap)?;
            sheet.write_string(row, 4, *example)?;
        }
    }
    Ok(())
}
