//! How long a roster of 200,000 rows takes, beside reading the same file with
//! calamine alone. `cargo bench -p office --bench roster [-- ROWS]`.

use std::io::Cursor;
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx};
use office::roster::{Limits, Options, RosterFile};
use rust_xlsxwriter::Workbook;

const HEADERS: [&str; 16] = [
    "学校",
    "年级",
    "班级",
    "小组",
    "姓名",
    "性别",
    "学号",
    "身份证号",
    "出生日期",
    "入学日期",
    "家庭住址",
    "监护人1姓名",
    "监护人1关系",
    "监护人1手机",
    "监护人2姓名",
    "监护人2手机",
];

fn main() {
    let rows = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(200_000);
    let file = workbook(rows);
    println!("{rows} 行，{} 列，{:.1} MB", HEADERS.len(), file.len() as f64 / 1e6);
    let (mut range, mut cells, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        range.push(timed(|| {
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&file[..])).unwrap();
            let name = book.sheet_names()[0].clone();
            assert_eq!(book.worksheet_range(&name).unwrap().height(), rows as usize + 1);
        }));
        cells.push(timed(|| {
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&file[..])).unwrap();
            let name = book.sheet_names()[0].clone();
            let mut reader = book.worksheet_cells_reader(&name).unwrap();
            let mut n = 0_usize;
            while reader.next_cell().unwrap().is_some() {
                n += 1;
            }
            assert!(n > rows as usize);
        }));
        ours.push(timed(|| {
            let roster = RosterFile::open(file.clone(), "a.xlsx", &Limits::default()).unwrap();
            let mut n = 0;
            let reading = roster.read(&Options::default(), &mut |_| n += 1).unwrap();
            assert!(reading.is_clean(), "{:?}", reading.problems.list().first());
            assert_eq!(n, rows);
        }));
    }
    let [range, cells, ours] =
        [range, cells, ours].map(|times| times.into_iter().min().unwrap());
    println!("calamine worksheet_range {:.2} s", range.as_secs_f64());
    println!("calamine cell by cell    {:.2} s", cells.as_secs_f64());
    println!("roster                   {:.2} s", ours.as_secs_f64());
    println!("ratio to calamine alone  {:.2}", ours.as_secs_f64() / range.as_secs_f64());
    println!("ratio to cell by cell    {:.2}", ours.as_secs_f64() / cells.as_secs_f64());
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// A workbook as Excel saves it: shared strings, one sheet.
fn workbook(rows: u32) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in HEADERS.iter().enumerate() {
        sheet.write_string(0, column as u16, *header).unwrap();
    }
    let names = ["陈小满", "李明", "王芳", "赵文博", "欧阳雪", "周子轩", "吴桐", "郑晓东"];
    for row in 1..=rows {
        let n = row - 1;
        let (school, class, pupil) = (n / 1_000, n / 40 % 25, n % 40);
        let name = format!("{}{}", names[(n % 8) as usize], names[(n / 8 % 8) as usize]);
        let birth = format!("201{}-0{}-1{}", n % 6, n % 9 + 1, n % 9);
        let texts = [
            format!("第{school}中心小学"),
            format!("{}年级", ["一", "二", "三", "四", "五", "六"][(class / 5) as usize]),
            format!("（{}）班", class % 5 + 1),
            format!("第{}组", pupil / 8 + 1),
            name.clone(),
            if n % 2 == 0 { "男" } else { "女" }.to_owned(),
            format!("2023{n:06}"),
            resident(n),
            birth.clone(),
            "2023-09-01".to_owned(),
            format!("阳光镇幸福路 {} 号 {} 室", n % 300, n % 40),
            format!("{name}父"),
            "父亲".to_owned(),
            format!("139{n:08}"),
            format!("{name}母"),
            format!("138{n:08}"),
        ];
        for (column, text) in texts.iter().enumerate() {
            sheet.write_string(row, column as u16, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A sound resident number for the n-th invented pupil.
fn resident(n: u32) -> String {
    let day = format!("201{}0{}1{}", n % 6, n % 9 + 1, n % 9);
    let order = (n / 18 % 500) * 2 + u32::from(n.is_multiple_of(2));
    let area = 320_400 + n / 9_000;
    let body = format!("{area}{day}{order:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!(
        "{body}{}",
        ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize]
    )
}
