//! Rosters as files: workbooks, sheets, damage, the template, the marked copy.

use expect_test::expect;
use office::roster::{Column, Limits, RosterFile, SheetState, Use, template};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::{check, check_bytes, options, shown};

/// A workbook made by `fill`, one sheet.
fn xlsx(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn write(sheet: &mut Worksheet, from_row: u32, rows: &[&[&str]]) {
    for (row, cells) in rows.iter().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(from_row + row as u32, column as u16, *text).unwrap();
        }
    }
}

#[test]
fn a_workbook_with_titles_merges_numbers_and_dates_is_read() {
    let bytes = xlsx(|sheet| {
        let plain = Format::new();
        sheet.set_name("名单").unwrap();
        sheet.merge_range(0, 0, 0, 6, "阳光镇中心小学学生名单", &plain).unwrap();
        write(sheet, 1, &[&["学校", "班级", "姓名", "学号", "出生日期", "监护人1", "", ""]]);
        sheet.merge_range(1, 5, 1, 7, "监护人1", &plain).unwrap();
        write(sheet, 2, &[&["", "", "", "", "", "姓名", "关系", "电话"]]);
        sheet.merge_range(3, 0, 5, 0, "一小", &plain).unwrap();
        sheet.merge_range(3, 1, 4, 1, "三（1）班", &plain).unwrap();
        write(
            sheet,
            3,
            &[&["一小", "三（1）班", "甲"], &["", "", "乙"], &["", "三（2）班", "丙"]],
        );
        sheet.write_number(3, 3, 2_023_001.0).unwrap();
        sheet.write_number(4, 3, 2_023_002.0).unwrap();
        let day = Format::new().set_num_format("yyyy/m/d");
        sheet.write_number_with_format(3, 4, 42065.0, &day).unwrap();
        sheet.write_number(4, 4, 42066.0).unwrap();
        sheet.write_number(5, 4, 20_150_302.0).unwrap();
        sheet.write_string(3, 5, "甲父").unwrap();
        sheet.write_string(3, 6, "父亲").unwrap();
        sheet.write_number(3, 7, 13_900_000_001.0).unwrap();
        sheet
            .write_formula(5, 7, rust_xlsxwriter::Formula::new("1/0").set_result("#DIV/0!"))
            .unwrap();
    });
    check_bytes(
        &bytes,
        "a.xlsx",
        &options(),
        &expect![[r#"
        4! 甲 学生 一小/[小学]/三年级/1班 学号2023001 生于2015-03-02 (父亲 甲父 13900000001)
        5! 乙 学生 一小/[小学]/三年级/1班 学号2023002 生于2015-03-03
        错误 名单 H6 监护人1电话“#错误值”：单元格是公式错误值，请改为实际内容
        3 行（坏 1 略 0）：学生 2 教职工 0 监护人 1 班级 1 学校 1
    "#]],
    );
}

#[test]
fn long_numbers_that_lost_their_digits_are_told() {
    let bytes = xlsx(|sheet| {
        write(
            sheet,
            0,
            &[&["姓名", "班级", "身份证号", "学籍号"], &["甲", "1班"], &["乙", "1班"]],
        );
        sheet.write_number(1, 2, 320_411_201_503_021_234.0).unwrap();
        sheet.write_string(2, 3, "3.20411E+17").unwrap();
    });
    check_bytes(
        &bytes,
        "a.xlsx",
        &options(),
        &expect![[r#"
        错误 Sheet1 C2 身份证号“320411201503021248”：号码被保存成了数字，15 位以后已丢失；请把该列设为“文本”格式后重新填写完整号码
        错误 Sheet1 D3 学籍号“3.20411E+17”：号码被保存成了数字，15 位以后已丢失；请把该列设为“文本”格式后重新填写完整号码
        2 行（坏 2 略 0）：学生 0 教职工 0 监护人 0 班级 0 学校 0
    "#]],
    );
}

#[test]
fn a_sheet_for_each_class_gives_the_class_by_its_name() {
    let mut workbook = Workbook::new();
    for (name, title) in
        [("三（1）班", "名单"), ("Sheet2", "一小三年级（2）班名单"), ("教职工", ""), ("空", "")]
    {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        match name {
            "教职工" => {
                write(sheet, 0, &[&["姓名", "性别", "手机"], &["周", "男", "13900000001"]]);
            }
            "空" => {}
            _ => write(sheet, 0, &[&[title], &["姓名", "性别"], &[name, "男"], &["乙", "女"]]),
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    check_bytes(
        &bytes,
        "a.xlsx",
        &options(),
        &expect![[r#"
        3! 三（1）班 学生 男 [小学]/三年级/1班
        4! 乙 学生 女 [小学]/三年级/1班
        3! Sheet2 学生 男 [小学]/三年级/2班
        4! 乙 学生 女 [小学]/三年级/2班
        2! 周 教职工 男  手机13900000001
        5 行（坏 0 略 0）：学生 4 教职工 1 监护人 0 班级 2 学校 1
    "#]],
    );
}

#[test]
fn students_without_any_class_are_told_once() {
    check(
        "姓名,性别\n甲,男\n乙,女\n",
        &expect![[r#"
        错误 花名册 A1 班级“”：表中没有“班级”列，工作表名和标题中也没有班级；学生须有班级，请补上该列，或把工作表命名为班级（如“三（2）班”）
        2 行（坏 2 略 0）：学生 0 教职工 0 监护人 0 班级 0 学校 0
    "#]],
    );
}

#[test]
fn what_is_no_roster_is_refused_with_the_reason() {
    let compound = |name: &str| {
        let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        bytes.resize(512, 0);
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let sound = xlsx(|sheet| write(sheet, 0, &[&["姓名", "班级"], &["甲", "1班"]]));
    let half = sound[..sound.len() / 2].to_vec();
    let files: Vec<Vec<u8>> = vec![
        Vec::new(),
        compound("Workbook"),
        compound("WordDocument"),
        compound("EncryptedPackage"),
        half,
        b"%PDF-1.7".to_vec(),
        b"<html><table><tr><td>x</td></tr></table></html>".to_vec(),
        vec![0, 1, 2, 3, 0, 0],
        "你好\n".into(),
        "编码,名头\n1,2\n".into(),
        "姓名,班级\n".into(),
    ];
    let text: String = files.iter().map(|bytes| shown(bytes, "a.xls", &options())).collect();
    expect![[r#"
        文件是空的，请检查后重新上传
        这是旧版 Excel 文件（.xls），不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传
        这是Word 文档，不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传
        文件设有打开密码，请在 Excel 或 WPS 中取消密码后重新上传
        文件已损坏，无法打开；请用 Excel 或 WPS 重新另存为 .xlsx 后上传
        这是PDF 文件，不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传
        这是网页格式的表格（有的系统把它导出为 .xls），不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传
        这是未知类型的文件，不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传
        没有找到表头。表头须有“姓名”列，并至少再有一列可识别的列（如班级、学号、性别）。文件中看到的内容是：你好
        没有找到表头。表头须有“姓名”列，并至少再有一列可识别的列（如班级、学号、性别）。文件中看到的内容是：编码、名头
        0 行（坏 0 略 0）：学生 0 教职工 0 监护人 0 班级 0 学校 0
    "#]].assert_eq(&text);
}

#[test]
fn a_damaged_workbook_never_stops_the_program() {
    let sound =
        xlsx(|sheet| write(sheet, 0, &[&["姓名", "班级"], &["甲", "1班"], &["乙", "二班"]]));
    for at in (0..sound.len()).step_by(3) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x5a;
        let _ = shown(&bytes, "a.xlsx", &options());
        bytes.truncate(at);
        let _ = shown(&bytes, "a.xlsx", &options());
    }
}

#[test]
fn a_damaged_table_never_stops_the_program() {
    let sound = "标题\n姓名,班级,出生日期,身份证号,手机,监护人1,电话\n甲,三（1）班,2015年3月2日,11010519491231002X,\
                 13900000001,乙,0519-86312345\n".as_bytes();
    for at in 0..sound.len() {
        for change in [0, b'"', b',', b'\n', 0xff, sound[at] ^ 0x15] {
            let mut bytes = sound.to_vec();
            bytes[at] = change;
            let _ = shown(&bytes, "a.csv", &options());
        }
        let _ = shown(&sound[..at], "a.csv", &options());
    }
}

#[test]
fn a_package_that_inflates_without_end_is_refused() {
    use std::io::Write as _;
    let make = |part: &str, head: &str, fill: u8, size: usize| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in [("[Content_Types].xml", "<Types/>"), (part, head)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        let chunk = vec![fill; 1 << 20];
        for _ in 0..size {
            zip.write_all(&chunk).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let limits = Limits {
        package: office::package::PackageLimits {
            total_bytes_max: 8 << 20,
            ..Default::default()
        },
        ..Limits::default()
    };
    let told =
        |bytes: Vec<u8>| RosterFile::open(bytes, "a.xlsx", &limits).unwrap_err().to_string();
    assert!(told(make("xl/worksheets/sheet1.xml", "<x>", b'<', 20)).contains("异常庞大"));
    assert!(told(make("xl/worksheets/sheet1.xml", "<x>", b' ', 3)).contains("损坏"));
    let claims = "<sst uniqueCount=\"99999999999\">";
    assert!(told(make("xl/sharedStrings.xml", claims, b'<', 1)).contains("损坏"));
}

#[test]
fn the_template_can_be_read_back_and_holds_nobody() {
    let bytes = template().unwrap();
    let file = RosterFile::open(bytes, "模板.xlsx", &Limits::default()).unwrap();
    let (rows, reading) = file.rows(&options()).unwrap();
    assert!(rows.is_empty() && reading.is_clean());
    let unknown = |columns: &[Column]| {
        columns.iter().filter(|column| !matches!(column.used_as, Use::As(_))).count()
    };
    for sheet in &reading.sheets {
        match &sheet.state {
            SheetState::Read { columns, .. } => {
                assert_eq!(unknown(columns), 0, "{}", sheet.name);
            }
            SheetState::Skipped(_) => assert_eq!(&*sheet.name, "填写说明"),
        }
    }
}

#[test]
fn the_marked_copy_shows_each_bad_cell_and_reads_like_the_file() {
    let csv = "姓名,班级,手机\n,1班,139\n乙,1班,13900000001\n=1+1,1班,\n";
    let file =
        RosterFile::open(csv.as_bytes().to_vec(), "名单.csv", &Limits::default()).unwrap();
    let (_, first) = file.rows(&options()).unwrap();
    let copy = file.marked_copy(&first.problems).unwrap();
    check_bytes(
        &copy,
        "a.xlsx",
        &options(),
        &expect![[r#"
        3! 乙 学生 1班 手机13900000001
        错误 名单 A2 姓名“”：缺少姓名，姓名必须填写
        错误 名单 C2 手机“139”：电话号码不对，应为 11 位手机号，或带区号的固定电话（如 0519-86312345），境外号码以 + 开头
        错误 名单 A4 姓名“=1+1”：姓名中没有文字，应填写汉字或字母姓名
        3 行（坏 2 略 0）：学生 1 教职工 0 监护人 0 班级 1 学校 1
    "#]],
    );
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(copy)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let comments = part("xl/comments1.xml");
    assert!(comments.contains("ref=\"A2\"") && comments.contains("缺少姓名"));
    assert!(comments.contains("ref=\"C2\"") && comments.contains("11 位手机号"));
    assert!(!part("xl/worksheets/sheet2.xml").contains("<f>"));
    assert!(part("xl/worksheets/sheet1.xml").contains("姓名必须填写"));
}
