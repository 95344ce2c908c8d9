//! The main job, end to end: a body with nothing but the README brings in its
//! own roster, adopts the five plans, hands in and reviews from a phone, reads
//! the board on two dates and downloads the monthly form. Nothing is prepared.

use campaign::plan::{BUILT_IN, BuiltIn, parse};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{PASSWORD, files, first_run};
use crate::support::{Browser, House, databases};

const BUREAU: &str = "青禾区教育局";
const SCHOOL: &str = "阳光小学";

#[tokio::test]
async fn a_body_runs_the_five_plans_from_its_own_roster_to_the_monthly_form() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let browser = Browser::open(1440, 900).await;
        first_run(&browser, &house).await;
        imports_a_roster(&browser, &house).await;
        let today = adopts_every_plan(&browser, &house).await;
        let teachers = opens_accounts(&browser, &house).await;

        browser.resize(390, 844).await;
        let first = hands_in_with_everything(&browser, &house, &teachers[0]).await;
        let others = hand_in_quickly(&browser, &house, &teachers[1..]).await;
        reviews(&browser, &house, (&first, &others), &teachers[0]).await;

        browser.resize(1440, 900).await;
        reads_the_board_on_two_dates(&browser, &house, today).await;
        reports_the_month(&browser, &house).await;
        browser.sign_in(&house, "zhou", PASSWORD).await;
        lists_leave_as_workbooks(&browser, &house).await;
        everything_is_in_the_audit(&browser, &house).await;
        browser.close().await;
    }
}

async fn imports_a_roster(browser: &Browser, house: &House) {
    let bad = house.keep("花名册.xlsx", &files::roster("未知数"));
    browser.goto(&house.path("/import")).await;
    browser.attach("file", &bad).await;
    browser.press("上传并预览").await;
    browser.sees("1 处错误").await;
    browser.sees("学生 E3").await;
    browser.sees("未知数").await;
    browser.page.refresh().await.expect("looks again");
    browser.sees("一行也没有导入").await;
    let marked = browser.download(&browser.link("下载标注问题的表格").await).await;
    assert!(files::xlsx_words(&marked).contains("未知数"));

    let good = house.keep("花名册（改）.xlsx", &files::roster("男"));
    browser.goto(&house.path("/import")).await;
    browser.attach("file", &good).await;
    browser.press("上传并预览").await;
    browser.sees("检查通过，还没有写入").await;
    browser.press("确认导入").await;
    browser.sees("导入完成").await;
    browser.goto(&house.path("/people?role=guardian")).await;
    browser.sees("139****0001").await;
    assert!(!browser.text().await.contains("13900000001"), "phones are masked");
}

/// The dates that a plan would have if it began now.
fn moved(plan: &BuiltIn, today: Date) -> (Date, Date) {
    let head = parse(plan.text, plan.file).expect("a plan").head;
    let years = (1..50)
        .take_while(|years| head.from.saturating_add(years.years()) <= today)
        .last()
        .unwrap_or(0);
    (head.from.saturating_add(years.years()), head.until.saturating_add(years.years()))
}

async fn adopts_every_plan(browser: &Browser, house: &House) -> Date {
    browser.goto(&house.path("/board")).await;
    browser.sees("还没有正在实施的方案").await;
    browser.goto(&house.path("/calendar")).await;
    // The house's own date: the test's clock may stand in another zone.
    let today = browser.texts("td[data-today]").await;
    assert_eq!(today.len(), 1, "the calendar marks today");
    browser.goto(&house.path("/records")).await;
    let today: Date = {
        let script =
            "return new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })";
        let said = browser.page.execute(script, Vec::new()).await.expect("a date");
        said.as_str().expect("a date").parse().expect("a date")
    };
    for plan in BUILT_IN {
        let (from, until) = moved(plan, today);
        browser.goto(&house.path("/plans/new")).await;
        browser.click(&format!("a[href*='plan={}']", plan.id)).await;
        browser.sees("启动这个方案").await;
        browser.set("from", &from.to_string()).await;
        browser.set("until", &until.to_string()).await;
        browser.press("启动这个方案").await;
        browser.sees("修订").await;
        browser.sees(&format!("{from} 至 {until}")).await;
    }
    browser.goto(&house.path("/plans")).await;
    browser.sees("共 5 项").await;
    today
}

struct Teacher {
    name: String,
    initial: String,
}

async fn opens_accounts(browser: &Browser, house: &House) -> Vec<Teacher> {
    browser.goto(&house.path("/accounts/teachers")).await;
    browser.sees("3 名班主任还没有账号").await;
    browser.press("全部开户").await;
    browser.sees("账号条").await;
    let words = browser.texts(".slip code").await;
    let teachers: Vec<Teacher> = words
        .chunks(2)
        .map(|pair| Teacher { name: pair[0].clone(), initial: pair[1].clone() })
        .collect();
    assert_eq!(teachers.len(), 3);
    for (name, sign_in, role, unit) in
        [("孙安", "sun-an", "officer", SCHOOL), ("钱经办", "qian", "clerk", BUREAU)]
    {
        browser.goto(&house.path("/accounts/new")).await;
        browser.fill("display_name", name).await;
        browser.fill("sign_in_name", sign_in).await;
        browser.choose("role", role).await;
        browser.fill("unit", unit).await;
        browser.press("新增").await;
        browser.sees("请抄下或打印初始密码").await;
        let secret = browser.texts(".slip code").await.pop().expect("a password");
        browser.sign_in(house, sign_in, &secret).await;
        changes_the_first_password(browser, &secret).await;
        browser.sign_in(house, "zhou", PASSWORD).await;
    }
    teachers
}

async fn changes_the_first_password(browser: &Browser, initial: &str) {
    browser.sees("请先改成只有自己知道的密码").await;
    browser.fill("current", initial).await;
    browser.fill("password", PASSWORD).await;
    browser.fill("password_again", PASSWORD).await;
    browser.press("修改").await;
    browser.sees("密码已修改").await;
}

/// Opens the form of the class meeting from the to-do list: the first tap.
async fn takes_up_the_meeting(browser: &Browser, house: &House) {
    browser.goto(&house.path("/home")).await;
    browser.sees("主题班会").await;
    browser.fits_the_width().await;
    browser.click("a.button[href*='activity=class-meeting']").await;
    browser.sees("登记主题班会").await;
    browser.fits_the_width().await;
}

async fn hands_in_with_everything(
    browser: &Browser,
    house: &House,
    teacher: &Teacher,
) -> String {
    browser.sign_in(house, &teacher.name, &teacher.initial).await;
    changes_the_first_password(browser, &teacher.initial).await;
    takes_up_the_meeting(browser, house).await;
    let form = browser.here().await;
    browser.click("input[name=absent]").await;
    browser.unfold("纪要和链接（可不填）").await;
    browser
        .fill("minutes", "通报刷单返利新案例，学生复述三条提醒：不轻信、不透露、不转账。")
        .await;

    // The network goes, the page is closed: what was typed is still there.
    browser.goto(&house.path("/home")).await;
    browser.goto(&form).await;
    assert!(browser.value("minutes").await.contains("刷单返利"), "the draft survives");
    assert_eq!(
        browser.texts("input[name=absent]:checked").await.len(),
        1,
        "and so does the roll"
    );

    let photo = house.keep("班会.jpg", &files::jpeg(&files::photo(7)));
    browser.unfold("照片和文件（可不传）").await;
    browser.attach("files", &photo).await;
    browser.picture("record-390").await;
    browser.press("提交").await;
    browser.sees("已提交，计入").await;
    let closed = browser.texts(".closed .title").await;
    assert!(1 < closed.len(), "one act closes several duties: {closed:?}");
    assert!(closed.iter().any(|it| it == "反电诈主题班会"), "{closed:?}");
    assert!(closed.iter().any(|it| it == "每月班会通报新案例"), "{closed:?}");
    browser.sees("到场").await;
    browser.fits_the_width().await;
    browser.picture("closed-390").await;
    let here = browser.here().await;
    // Handed in once: the draft is gone.
    browser.goto(&form).await;
    assert_eq!(browser.value("minutes").await, "", "the draft went with the record");
    here.split('?').next().unwrap_or_default().to_owned()
}

/// Two more classes: the first with the photo that it got passed on, the second
/// with nothing but the roll. From the list to done in two taps.
async fn hand_in_quickly(
    browser: &Browser,
    house: &House,
    teachers: &[Teacher],
) -> Vec<String> {
    let passed_on = house.keep("微信图片.jpg", &files::passed_on(&files::photo(7)));
    let mut records = Vec::new();
    for (index, teacher) in teachers.iter().enumerate() {
        browser.sign_in(house, &teacher.name, &teacher.initial).await;
        changes_the_first_password(browser, &teacher.initial).await;
        takes_up_the_meeting(browser, house).await;
        if index == 0 {
            browser.unfold("照片和文件（可不传）").await;
            browser.attach("files", &passed_on).await;
        }
        browser.press("提交").await;
        browser.sees("已提交，计入").await;
        records.push(browser.here().await.split('?').next().unwrap_or_default().to_owned());
    }
    records
}

async fn reviews(
    browser: &Browser,
    house: &House,
    (first, others): (&str, &[String]),
    teacher: &Teacher,
) {
    browser.sign_in(house, "qian", PASSWORD).await;
    browser.goto(&house.path("/review")).await;
    browser.sees("待审核 3 条").await;
    browser.fits_the_width().await;
    browser.goto(first).await;
    browser.fill("reason", "请写明讲了哪个案例").await;
    browser.press("退回").await;
    browser.sees("已退回，提交人会看到原因").await;

    browser.sign_in(house, &teacher.name, PASSWORD).await;
    browser.sees("被退回，待修改").await;
    browser.press("修改").await;
    browser.sees("请写明讲了哪个案例").await;
    assert!(browser.value("minutes").await.contains("刷单返利"), "nothing is typed twice");
    browser.fill("minutes", "通报一起刷单返利案例：垫付三单后被拉黑。学生复述三条提醒。").await;
    browser.press("提交").await;
    browser.sees("已提交，计入").await;
    let mended = browser.here().await.split('?').next().unwrap_or_default().to_owned();

    browser.sign_in(house, "qian", PASSWORD).await;
    browser.goto(&mended).await;
    browser.press("通过").await;
    browser.sees("已审核通过").await;

    // The photo that was passed on stands beside the one that it came from.
    browser.eventually(&others[0], "照片与以前的相似").await;
    assert_eq!(browser.texts(".beside > div").await.len(), 2, "side by side");
    browser.fits_the_width().await;
    browser.picture("beside-390").await;
    browser.press("没有问题").await;
    browser.sees("已记下您的判断").await;

    browser.goto(&house.path("/review")).await;
    browser.sees("待审核 2 条").await;
    for tick in browser.ticks("id").await {
        browser.click(&tick).await;
    }
    browser.press("通过所选").await;
    browser.sees("已处理 2 条").await;
    browser.sees("没有等待审核的记录").await;
}

async fn reads_the_board_on_two_dates(browser: &Browser, house: &House, today: Date) {
    browser.sign_in(house, "qian", PASSWORD).await;
    browser.goto(&house.path("/plans")).await;
    let plan = browser.link("孟河中心小学").await;
    let id = plan.rsplit('/').next().unwrap_or_default().to_owned();
    let duty = format!("/board/duty?campaign={id}&duty=m-class-meeting");
    browser.goto(&house.path(&duty)).await;
    browser.sees("按时 3").await;
    let yesterday = today.yesterday().expect("a day before");
    browser.goto(&house.path(&format!("{duty}&date={yesterday}"))).await;
    browser.sees("反电诈主题班会").await;
    assert!(!browser.text().await.contains("按时 3"), "yesterday nobody had done it");

    browser.goto(&house.path(&format!("/board?campaign={id}&date={yesterday}"))).await;
    browser.sees(&format!("这是 {yesterday} 当天结束时已知的情况")).await;
    browser.press("回到今天").await;
    browser.sees("各项任务").await;
    browser.picture("board-1440").await;
    // Down: district, school, class, the record, the clause.
    let school = browser.link(SCHOOL).await;
    browser.goto(&school).await;
    browser.goto(&browser.link("三年级1班").await).await;
    browser.sees("反电诈主题班会").await;
    browser.goto(&browser.link("反电诈主题班会").await).await;
    browser.press("看记录").await;
    browser.sees("主题班会").await;
    browser.goto(&browser.link("月").await).await;
    browser.sees("计入的任务").await;
    browser.goto(&browser.link("反电诈主题班会").await).await;
    browser.sees("四3").await;
}

async fn reports_the_month(browser: &Browser, house: &House) {
    browser.sign_in(house, "sun-an", PASSWORD).await;
    browser.goto(&house.path("/reports")).await;
    browser.goto(&browser.link("线索收集统计表").await).await;
    browser.press("填报").await;
    browser.sees("主题班会：3 个单位开展 3 次").await;
    let report = browser.here().await;
    browser.fill("clues_month", "2").await;
    browser.press("保存草稿").await;
    browser.press("签发").await;
    browser.sees("不能少于").await;
    browser.unfold("修改内容").await;
    browser.fill("clues_month", "0").await;
    browser.fill("remarks", "家长会上集中讲解一次。").await;
    browser.press("保存草稿").await;
    browser.press("签发").await;
    browser.press("报送").await;
    browser.sees("已报送，等待上级接收").await;

    browser.sign_in(house, "qian", PASSWORD).await;
    browser.goto(&report).await;
    browser.fill("reason", "请补充下月打算").await;
    browser.press("退回").await;
    browser.sees("已退回，等待填报单位更正").await;

    browser.sign_in(house, "sun-an", PASSWORD).await;
    browser.goto(&report).await;
    browser.sees("退回原因：请补充下月打算").await;
    browser.unfold("更正报表（将形成新版本）").await;
    browser.fill("remarks", "家长会上集中讲解一次；下月开展知识测试。").await;
    browser.fill("note", "补充下月打算").await;
    browser.press("保存为新版本").await;
    browser.press("签发").await;
    browser.press("报送").await;
    browser.sees("已报送，等待上级接收").await;

    browser.sign_in(house, "qian", PASSWORD).await;
    browser.goto(&report).await;
    browser.unfold("第 2 版与第 1 版的差别").await;
    browser.sees("下月开展知识测试").await;
    browser.press("接收").await;
    browser.sees("上级已接收").await;
    browser.picture("report-1440").await;
    let word = browser.download(&browser.link("下载 Word").await).await;
    let words = files::docx_words(&word);
    for wanted in ["青禾区教育系统", SCHOOL, "主题班会：3 个单位开展 3 次", "下月开展知识测试"]
    {
        assert!(words.contains(wanted), "{wanted} is not in the Word file: {words}");
    }
    let sheet = browser.download(&browser.link("下载 Excel").await).await;
    assert!(files::xlsx_words(&sheet).contains("主题班会：3 个单位开展 3 次"));

    browser.goto(&house.path("/reports")).await;
    browser.goto(&browser.link("线索收集统计表").await).await;
    browser.sees("下级报送情况").await;
    browser.sees("已接收").await;
    let word = files::docx_words(&browser.download(&browser.link("汇总表 Word").await).await);
    assert!(word.contains(SCHOOL) && word.contains("报送率 100"), "{word}");
    let sheet = files::xlsx_words(&browser.download(&browser.link("汇总表 Excel").await).await);
    assert!(sheet.contains(SCHOOL), "{sheet}");
}

async fn lists_leave_as_workbooks(browser: &Browser, house: &House) {
    for (page, words, wanted) in [
        ("/people", "导出", "陈小满"),
        ("/records", "导出", "三年级1班"),
        ("/board", "导出", "%"),
    ] {
        browser.goto(&house.path(page)).await;
        let file = browser.download(&browser.link(words).await).await;
        let cells = files::xlsx_words(&file);
        assert!(wanted == "%" || cells.contains(wanted), "{page}: {cells}");
    }
}

async fn everything_is_in_the_audit(browser: &Browser, house: &House) {
    browser.goto(&house.path("/audit?account=qian")).await;
    browser.sees("退回").await;
    browser.sees("钱经办").await;
    browser.goto(&house.path("/audit?account=zhou")).await;
    browser.sees("导出·人员").await;
    browser.resize(390, 844).await;
    browser.fits_the_width().await;
}
