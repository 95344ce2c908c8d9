//! Letters and forms, opened again and read.

mod sample;

use std::fmt::Write as _;
use std::io::{Cursor, Read as _};

use calamine::{Reader as _, Xlsx};
use expect_test::expect;
use office::letter::{
    Block, Letter, MonthlyForm, Row, Table, TableCell, appointment_list, collation,
    collation_xlsx, monthly_form, monthly_form_xlsx,
};
use quick_xml::Reader;
use quick_xml::events::Event;

fn part(docx: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The words of a letter: a line a paragraph, cells between bars, `>2` for
/// cells over two columns, `v` and `^` for cells that reach down.
fn words(letter: &Letter) -> String {
    let xml = part(&letter.to_docx().unwrap(), "word/document.xml");
    let mut reader = Reader::from_str(&xml);
    let (mut text, mut in_cell) = (String::new(), false);
    loop {
        let event = reader.read_event().unwrap();
        let value = |e: &quick_xml::events::BytesStart<'_>| {
            let value = e.attributes().flatten().find(|a| a.key.as_ref() == "w:val").unwrap();
            value.value.to_string()
        };
        match &event {
            Event::Start(e) if e.name().as_ref() == "w:tc" => {
                in_cell = true;
                text.push('|');
            }
            Event::End(e) if e.name().as_ref() == "w:tc" => in_cell = false,
            Event::End(e) if e.name().as_ref() == "w:tr" => text.push_str("|\n"),
            Event::End(e) if e.name().as_ref() == "w:p" => {
                text.push(if in_cell { '/' } else { '\n' });
            }
            Event::Empty(e) => match e.name().as_ref() {
                "w:gridSpan" => {
                    let _ = write!(text, ">{} ", value(e));
                }
                "w:vMerge" => text.push(if value(e) == "restart" { 'v' } else { '^' }),
                "w:tab" if !text.ends_with('\n') => text.push_str(" … "),
                _ => {}
            },
            Event::Text(t) => text.push_str(t),
            Event::GeneralRef(name) => {
                let _ = write!(text, "&{};", &**name);
            }
            Event::Eof => return text,
            _ => {}
        }
    }
}

#[test]
fn the_monthly_form_has_the_layout_of_the_annex() {
    expect![[r#"

        附件
        阳光区教育系统2026年9月反诈专项
        行动开展情况和线索收集情况统计表

        报送单位：阳光区第一实验小学（加盖公章） … 第 2 次报送（更正）
        |v反诈/工作/开展/情况/|>3 工作内容/|备注/|
        |^/|>3 9月3日召开反诈专项行动部署会，全体教职工 86 人参加，传达区级方案并明确分工。/|会议纪要 1 份/|
        |^/|>3 36 个班级各上“防诈”法治教育课 1 节，学生 1,512 人参加，缺课 7 人已补课。/|点名册/|
        |^/|>3 发放《告家长书》1,512 份，收回回执 1,498 份。/|其余 14 份已电话联系/|
        |v线索/收集/情况/|本月线索/收集条数/|2/|开展专项行动以来/共收集线索数/|11/|
        |^/|>4 1. 家长反映收到冒充班主任的收费二维码，9月12日移交派出所。/2. 学生举报游戏群内低价充值链接，9月18日移交派出所。/|
        填表人：周正平　审签人：陈建国 … 报送日期：2026年9月20日
        联系电话：0519-86312345 … 
    "#]].assert_eq(&words(&monthly_form(&sample::form())));
}

#[test]
fn an_empty_monthly_form_can_be_filled_in_by_hand() {
    let form = MonthlyForm { year: 2026, month: 10, ..MonthlyForm::default() };
    expect![[r#"

        附件
        2026年10月反诈专项
        行动开展情况和线索收集情况统计表

        报送单位：（加盖公章） … 
        |v反诈/工作/开展/情况/|>3 工作内容/|备注/|
        |^/|>3 /|/|
        |^/|>3 /|/|
        |^/|>3 /|/|
        |^/|>3 /|/|
        |v线索/收集/情况/|本月线索/收集条数/|0/|开展专项行动以来/共收集线索数/|0/|
        |^/|>4 本月未收集到线索。/|
        填表人：　　　审签人：　　 … 报送日期：    年  月  日
    "#]]
    .assert_eq(&words(&monthly_form(&form)));
}

#[test]
fn vacancies_stand_in_the_list_of_posts() {
    expect![[r#"

        阳光区第一实验小学反诈专项行动
        岗位名单

        截至2026年9月1日，共设岗位 4 个，到岗 3 人，空缺 1 个。
        一、领导小组
        |岗位/|姓名/|单位及职务/|联系电话/|备注/|
        |组长/|陈建国/|党支部书记、校长/|139****0001/|/|
        |副组长/|李秀兰/|副校长/|139****0001/|/|
        二、四位一体工作组
        |岗位/|姓名/|单位及职务/|联系电话/|备注/|
        |网格长/|周正平/|德育处主任/|139****0001/|/|
        |社区民警/|（空缺）/|阳光派出所/|139****0001/|/|


        阳光区第一实验小学
        2026年9月1日
    "#]]
    .assert_eq(&words(&appointment_list(&sample::appointments())));
}

#[test]
fn the_collation_adds_up_and_tells_who_is_missing() {
    let mut report = sample::collated();
    report.rows.truncate(3);
    expect![[r#"

        阳光区教育系统2026年9月反诈专项行动
        开展情况和线索收集情况汇总表

        应报单位 3 个，已报 2 个（66.7%），按时 1 个（33.3%）；本月线索 5 条，累计 30 条。
        本月各校围绕开学季开展集中宣传，线索主要为冒充班主任收费和游戏充值两类。
        |序号/|报送单位/|报送日期/|是否按时/|状态/|工作项数/|本月线索/|累计线索/|备注/|
        |1/|第一实验小学/|2026-09-18/|按时/|已接收/|6/|3/|18/|/|
        |2/|第二中学/|2026-09-22/|逾期/|已接收/|4/|2/|12/|/|
        |3/|幼儿园/|—/|未报/|—/|0/|0/|0/|/|
        |>5 合计/|10/|5/|30/|/|


        阳光区教育局（盖章）
        2026年9月25日
    "#]]
    .assert_eq(&words(&collation(&report)));
    report.rows.clear();
    assert!(words(&collation(&report)).contains("已报 0 个（—）"));
}

fn sheet(bytes: Vec<u8>) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    let mut text = format!("[{name}]\n");
    for row in book.worksheet_range(&name).unwrap().rows() {
        let cells: Vec<String> =
            row.iter().map(|cell| cell.to_string().replace('\n', "/")).collect();
        let _ = writeln!(text, "{}", cells.join("|"));
    }
    text
}

#[test]
fn the_workbooks_hold_the_same() {
    expect![[r#"
        [2026年9月]
        附件||||
        阳光区教育系统2026年9月反诈专项/行动开展情况和线索收集情况统计表||||
        报送单位：阳光区第一实验小学（加盖公章）　第 2 次报送（更正）||||
        反诈/工作/开展/情况|工作内容|||备注
        |9月3日召开反诈专项行动部署会，全体教职工 86 人参加，传达区级方案并明确分工。|||会议纪要 1 份
        |36 个班级各上“防诈”法治教育课 1 节，学生 1,512 人参加，缺课 7 人已补课。|||点名册
        |发放《告家长书》1,512 份，收回回执 1,498 份。|||其余 14 份已电话联系
        线索/收集/情况|本月线索/收集条数|2|开展专项行动以来/共收集线索数|11
        |1. 家长反映收到冒充班主任的收费二维码，9月12日移交派出所。/2. 学生举报游戏群内低价充值链接，9月18日移交派出所。|||
        填表人：周正平　审签人：陈建国　　报送日期：2026年9月20日||||
        联系电话：0519-86312345||||
    "#]].assert_eq(&sheet(monthly_form_xlsx(&sample::form()).unwrap()));
    let mut report = sample::collated();
    report.rows.truncate(3);
    expect![[r#"
        [2026年9月汇总]
        阳光区教育系统2026年9月反诈专项行动开展情况和线索收集情况汇总表||||||||
        应报单位 3 个，已报 2 个（66.7%），按时 1 个（33.3%）；本月线索 5 条，累计 30 条。||||||||
        序号|报送单位|报送日期|是否按时|状态|工作项数|本月线索|累计线索|备注
        1|第一实验小学|46283|按时|已接收|6|3|18|
        2|第二中学|46287|逾期|已接收|4|2|12|
        3|幼儿园||未报|—|0|0|0|
        |合计||||10|5|30|
    "#]].assert_eq(&sheet(collation_xlsx(&report).unwrap()));
}

#[test]
fn every_part_is_well_formed_whatever_the_words_hold() {
    let nasty = "<w:p>&\"'\u{0}\u{1}\u{fffe}]]>\r\n第二段";
    let cell = TableCell::new(nasty).columns(9).rows(3);
    let rows = vec![Row { height_mm_min: 0.0, cells: vec![cell] }, Row::default()];
    let letter = Letter {
        name: nasty.to_owned(),
        is_landscape: true,
        blocks: vec![
            Block::Title(nasty.to_owned()),
            Block::Paragraph(nasty.to_owned()),
            Block::Table(Table { widths: vec![1.0, 2.0], n_head_rows: 1, rows }),
            Block::Table(Table::default()),
        ],
    };
    let docx = letter.to_docx().unwrap();
    assert_eq!(docx, letter.to_docx().unwrap());
    let names: Vec<String> = zip::ZipArchive::new(Cursor::new(&docx))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in names {
        let text = part(&docx, &name);
        let mut reader = Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    }
    assert!(words(&letter).contains("&lt;w:p&gt;&amp;"));
}

#[test]
fn the_page_follows_the_standard() {
    let xml = part(&sample::circular().to_docx().unwrap(), "word/document.xml");
    // 37, 26, 35 and 28 mm in twentieths of a point; 28 points exactly.
    for mark in [
        "w:w=\"11906\" w:h=\"16838\"",
        "w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\"",
        "w:line=\"560\" w:lineRule=\"exact\"",
        "w:eastAsia=\"仿宋_GB2312\"",
        "w:eastAsia=\"方正小标宋简体\"",
    ] {
        assert!(xml.contains(mark), "{mark}");
    }
}
