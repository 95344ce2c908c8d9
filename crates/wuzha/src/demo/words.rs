//! What invented minutes say. Many pools, so that few are alike by chance: the
//! search for reuse would find every pair of them.

use super::chance::Chance;

const OPENINGS: &[&str] = &[
    "先看了一段案例短片",
    "由安全干部讲了近期案例",
    "以提问开场",
    "请学生先说说自己遇到过的骗术",
    "从一张聊天截图说起",
    "播放了报警录音的文字稿",
    "用三道判断题热身",
    "两名同学演了一段情景剧",
    "读了社区民警写来的提醒",
    "对照上月发的提示卡提问",
    "先统计谁家接到过陌生来电",
    "由学生代表介绍收集的资料",
];
const MIDDLES: &[&str] = &[
    "分组讨论了骗子的说话套路",
    "对照自家情况查找风险点",
    "演示了怎样核实身份和拨打 96110",
    "现场做了小测验",
    "逐条讲了转账前要做的三件事",
    "练习了怎样拒绝屏幕共享",
    "把手机里的未知来源应用逐个核对",
    "画出了一笔钱被骗走的全过程",
    "比较了真假客服的说法",
    "说明了出借银行卡要负的责任",
    "讲了群里“班费”二维码怎样核实",
    "介绍了游戏交易里的保证金骗局",
    "看了骗子伪造的处分通知长什么样",
];
const ENDS: &[&str] = &[
    "要求回家讲给家长听",
    "布置了下次检查的内容",
    "提醒遇事先找老师和家长",
    "发放了提示卡",
    "请家长在回执上签字",
    "选出两名同学做宣传员",
    "把要点写进了班级公约",
    "约定假期前再讲一次",
    "收集了问题交给社区民警",
    "更新了班级联系表",
    "张贴了新的海报",
];

/// Work of every week leaves a line; an event leaves its minutes.
pub(super) fn minutes(activity: &str, topic: &str, chance: &mut Chance) -> String {
    if activity.starts_with("warning-") {
        let groups = 1 + chance.below(6);
        return format!(
            "查看 {groups} 个群，{}。",
            chance.pick(&["无异常", "已提醒", "已转发"])
        );
    }
    let (opening, middle, end) =
        (chance.pick(OPENINGS), chance.pick(MIDDLES), chance.pick(ENDS));
    let minutes = 20 + 5 * chance.below(9);
    let fact = match chance.below(5) {
        0 => format!("共 {} 人发言", 2 + chance.below(20)),
        1 => format!("答对 {} 题", 5 + chance.below(16)),
        2 => format!("{} 人说家里接到过这类电话", 1 + chance.below(15)),
        3 => format!("收到疑问 {} 条，当场答复", 1 + chance.below(9)),
        _ => format!("登记待核实的情况 {} 起", chance.below(4)),
    };
    format!("主题“{topic}”，用时 {minutes} 分钟。{opening}，{middle}；{fact}，{end}。")
}
