//! Lists as they leave the house.

use std::fmt::Write as _;

use calamine::{Data, Reader, Xlsx};
use expect_test::expect;
use jiff::civil::date;
use office::sheet::{Cell, Column, Head, List, ListFormat};

const COLUMNS: &[Column<'static>] = &[
    Column { header: "单位", width: 24.0 },
    Column { header: "次数", width: 8.0 },
    Column { header: "完成率", width: 10.0 },
    Column { header: "截止", width: 12.0 },
];

fn list(format: ListFormat) -> Vec<u8> {
    let head = Head {
        sheet: "任务/清单",
        title: "任务完成情况",
        note: "截至 2026-09-01",
        columns: COLUMNS,
    };
    let mut list = List::new(format, &head).unwrap();
    list.row(&[
        Cell::Text("一小"),
        Cell::Integer(3),
        Cell::Share(0.125),
        Cell::Date(date(2026, 9, 1)),
    ])
    .unwrap();
    list.row(&[Cell::Text("=HYPERLINK(\"http://x\")"), Cell::Number(f64::NAN), Cell::Empty])
        .unwrap();
    list.row(&[Cell::Text("a,\"b\"\n\u{1}c"), Cell::Number(-1.5)]).unwrap();
    list.next(&Head { title: "", note: "", ..head }).unwrap();
    list.row(&[Cell::Text("@二小")]).unwrap();
    list.finish().unwrap()
}

#[test]
fn text_in_a_workbook_is_never_a_formula() {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(list(ListFormat::Xlsx))).unwrap();
    let mut text = String::new();
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty());
        let _ = writeln!(text, "[{name}]");
        for row in book.worksheet_range(&name).unwrap().rows() {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell {
                    Data::DateTime(moment) => format!("{:?}", moment.to_ymd_hms_milli()),
                    cell => format!("{:?}", cell.to_string()),
                })
                .collect();
            let _ = writeln!(text, "{}", cells.join(" | "));
        }
    }
    expect![[r#"
        [任务 清单]
        "任务完成情况" | "" | "" | ""
        "截至 2026-09-01" | "" | "" | ""
        "单位" | "次数" | "完成率" | "截止"
        "一小" | "3" | "0.125" | (2026, 9, 1, 0, 0, 0, 0)
        "=HYPERLINK(\"http://x\")" | "" | "" | ""
        "a,\"b\"\nc" | "-1.5" | "" | ""
        [任务 清单 (2)]
        "单位" | "次数" | "完成率" | "截止"
        "@二小" | "" | "" | ""
    "#]]
    .assert_eq(&text);
}

#[test]
fn text_in_csv_is_disarmed() {
    let text = String::from_utf8(list(ListFormat::Csv)).unwrap();
    expect![[r#"
        ﻿单位,次数,完成率,截止¶
        一小,3,12.5%,2026-09-01¶
        "'=HYPERLINK(""http://x"")",,¶
        "a,""b""
        c",-1.5¶
        ""¶
        单位,次数,完成率,截止¶
        '@二小¶
    "#]]
    .assert_eq(&text.replace("\r\n", "¶\n"));
}

#[test]
fn a_full_sheet_goes_on_on_the_next() {
    let columns = [Column { header: "号", width: 8.0 }];
    let head = Head { sheet: "号", title: "", note: "", columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).unwrap();
    for n in 0..1_048_580 {
        list.row(&[Cell::Integer(n)]).unwrap();
    }
    let book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(list.finish().unwrap())).unwrap();
    assert_eq!(book.sheet_names(), ["号", "号 (2)"]);
}
