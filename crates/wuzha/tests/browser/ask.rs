//! Somebody without a name asks on a phone; a person on duty answers.

use crate::first_run;
use crate::support::{Browser, House, databases};

const SCAM: &str = "您好，我是平台客服，您误开了直播会员，每月扣800元，不关闭影响征信，请下载会议软件共享屏幕，把验证码念给我";

#[tokio::test]
async fn a_question_without_a_name_is_answered_taken_over_and_closed() {
    for database in databases() {
        let house = House::start(database.as_deref());
        let staff = Browser::open(1440, 900).await;
        first_run(&staff, &house).await;
        staff.goto(&house.path("/consultations/duty")).await;
        staff.press("保存").await;
        staff.sees("每天").await;
        staff.fits_the_width().await;
        staff.picture("duty-1440").await;

        let phone = Browser::open(390, 844).await;
        phone.goto(&house.path("/ask")).await;
        phone.fits_the_width().await;
        phone.picture("ask-390").await;
        phone.fill("text", SCAM).await;
        phone.fill("number", "+852 5123 4567").await;
        phone.fill("link", "http://gov.cn.verify-pay.top/a.apk").await;
        // A person needs longer than a program.
        tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
        phone.press("马上看看").await;
        phone.sees("很可能是诈骗").await;
        phone.sees("境外号码").await;
        phone.fits_the_width().await;
        phone.picture("answer-390").await;
        let code = phone.find(".code-words").await.text().await.expect("a code");
        phone.fill("text", "我该不该点那个链接").await;
        phone.press("转给值班人员").await;
        phone.sees("还没有人接手").await;

        staff.goto(&house.path("/notifications")).await;
        staff.sees("有人请您看一条反诈咨询").await;
        staff.press("去办理").await;
        staff.sees("我该不该点那个链接").await;
        staff.press("我来接手").await;
        staff.fill("text", "不要点。已经点了就断网，打银行客服冻结。").await;
        staff.press("发送").await;
        staff.sees("不要点。已经点了就断网").await;
        staff.fits_the_width().await;
        staff.picture("consultation-1440").await;

        // Another phone finds it by the code.
        let other = Browser::open(390, 844).await;
        other.goto(&house.path("/ask/follow")).await;
        other.fill("code", &code.to_lowercase()).await;
        other.press("查看").await;
        other.sees("不要点。已经点了就断网").await;
        other.fits_the_width().await;
        other.picture("followed-390").await;
        other.press("已经解决，结束咨询").await;
        other.sees("提问人表示已解决").await;
        staff.goto(&house.path("/consultations?view=closed")).await;
        staff.sees("提问人表示已解决").await;
        staff.fits_the_width().await;
        staff.picture("queue-1440").await;
        for (page, name) in
            [("/know", "know"), ("/know/type/game/print", "print"), ("/ask/poster", "poster")]
        {
            other.goto(&house.path(page)).await;
            other.fits_the_width().await;
            other.picture(&format!("{name}-390")).await;
        }
        other.close().await;
        phone.close().await;
        staff.close().await;
    }
}
