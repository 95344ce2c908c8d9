//! Files of the stories' own: a roster as a school keeps it, photos that nobody
//! took, and reading what the house gives back.

use std::io::{Cursor, Read as _};

use calamine::{Reader as _, Xlsx};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use rust_xlsxwriter::Workbook;

const STUDENTS: &[[&str; 9]] = &[
    [
        "学校",
        "年级",
        "班级",
        "姓名",
        "性别",
        "学号",
        "监护人1姓名",
        "监护人1关系",
        "监护人1手机",
    ],
    ["阳光小学", "三年级", "1班", "陈小满", "女", "20230101", "陈建国", "父亲", "13900000001"],
    ["阳光小学", "三年级", "（1）班", "王方圆", "男", "20230102", "王秀兰", "奶奶", ""],
    ["阳光小学", "三年级", "2班", "陈小雨", "女", "20230201", "陈建国", "父亲", "13900000001"],
    ["阳光小学", "三年级", "2班", "李一鸣", "男", "20230202", "李秀英", "母亲", "13900000002"],
    ["阳光小学", "四年级", "1班", "赵子涵", "女", "20220101", "赵大勇", "父亲", "13900000003"],
    ["阳光小学", "四年级", "1班", "孙浩然", "男", "20220102", "孙志强", "父亲", "13900000004"],
];

const STAFF: &[[&str; 7]] = &[
    ["学校", "年级", "班级", "姓名", "工号", "岗位", "手机"],
    ["阳光小学", "三年级", "1班", "周春梅", "T0101", "班主任", "13900000011"],
    ["阳光小学", "三年级", "2班", "李志远", "T0102", "班主任", "13900000012"],
    ["阳光小学", "四年级", "1班", "赵红霞", "T0103", "班主任", "13900000013"],
    ["阳光小学", "", "", "孙安", "T0104", "网格长", "13900000014"],
];

/// The roster. `sex` stands in row 3, column E of the pupils' sheet.
pub(crate) fn roster(sex: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("学生").expect("a sheet");
    for (row, cells) in STUDENTS.iter().enumerate() {
        for (column, words) in cells.iter().enumerate() {
            let words = if (row, column) == (2, 4) { sex } else { words };
            sheet.write_string(row as u32, column as u16, words).expect("a cell");
        }
    }
    let sheet = book.add_worksheet().set_name("教职工").expect("a sheet");
    for (row, cells) in STAFF.iter().enumerate() {
        for (column, words) in cells.iter().enumerate() {
            sheet.write_string(row as u32, column as u16, *words).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// A classroom that never was: blocks of all sizes, the same for one seed.
pub(crate) fn photo(seed: u32) -> RgbImage {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut roll = |below: u32| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) % below
    };
    let (wall, floor) = (120 + roll(120), 40 + roll(120));
    let mut picture = RgbImage::from_fn(640, 480, |_, y| {
        let grey = (if y < 200 { wall } else { floor }) as u8;
        Rgb([grey, grey.saturating_sub(8), grey.saturating_sub(16)])
    });
    for _ in 0..24 {
        let (x, y, wide, high) = (roll(600), roll(440), 30 + roll(180), 20 + roll(140));
        let colour = Rgb([roll(256) as u8, roll(256) as u8, roll(256) as u8]);
        for py in y..(y + high).min(480) {
            for px in x..(x + wide).min(640) {
                picture.put_pixel(px, py, colour);
            }
        }
    }
    picture
}

pub(crate) fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 88).encode_image(picture).expect("encodes");
    bytes
}

/// The same photo, made smaller and saved anew, as messengers do.
pub(crate) fn passed_on(picture: &RgbImage) -> Vec<u8> {
    jpeg(&resize(picture, 480, 360, FilterType::Triangle))
}

/// All words of a Word document's body.
pub(crate) fn docx_words(bytes: &[u8]) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut xml = String::new();
    let mut body = package.by_name("word/document.xml").expect("a body");
    body.read_to_string(&mut xml).expect("text");
    let mut words = String::new();
    for piece in xml.split('<') {
        words.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    words
}

/// All words of a workbook.
pub(crate) fn xlsx_words(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).expect("a workbook");
    let mut words = String::new();
    for (_, range) in book.worksheets() {
        for row in range.rows() {
            for cell in row {
                words.push_str(&cell.to_string());
                words.push('\t');
            }
            words.push('\n');
        }
    }
    words
}
