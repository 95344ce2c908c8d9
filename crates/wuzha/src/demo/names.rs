//! Invented names. Nobody of these exists.

use super::chance::Chance;

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡",
    "郭", "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹",
    "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁", "于", "余", "叶", "蒋", "杜", "苏", "魏",
    "程", "吕", "丁", "沈", "任", "姚", "卢", "傅", "钟", "姜", "崔", "谭", "廖", "范", "汪",
    "陆", "金", "石", "戴",
];
const GIVEN: &[&str] = &[
    "子", "雨", "梓", "欣", "浩", "宇", "轩", "涵", "佳", "怡", "思", "晨", "嘉", "俊", "逸",
    "诗", "博", "文", "明", "睿", "语", "悦", "若", "可", "心", "安", "然", "琪", "瑶", "航",
    "泽", "洋", "静", "雅", "婷", "丽", "敏", "强", "伟", "磊", "军", "勇", "艳", "娟", "芳",
    "秀", "英", "华", "平", "辉", "鹏", "超", "波", "斌", "凯", "阳", "萌", "彤", "妍", "桐",
    "楠", "菲", "霖", "卓",
];
pub(crate) const TOWNS: &[&str] =
    &["青禾街道", "柳溪街道", "南塘街道", "云桥镇", "白石镇", "枫林镇", "东渡镇", "沙洲镇"];
const PLACES: &[&str] = &[
    "春晖", "启明", "文澜", "育英", "晨光", "新桥", "临江", "松风", "明德", "望湖", "竹园",
    "星河", "清源", "凤鸣", "朝阳", "长堤", "桃李", "石桥", "湖滨", "花园", "向阳", "红叶",
    "碧波", "锦绣", "翠微", "知行", "博雅", "景山", "平湖", "秋水",
];

pub(crate) fn person(chance: &mut Chance) -> String {
    let mut name = (*chance.pick(SURNAMES)).to_owned();
    name.push_str(chance.pick::<&str>(GIVEN));
    if chance.happens(0.85) {
        name.push_str(chance.pick::<&str>(GIVEN));
    }
    name
}

/// The school's own part of its name: no two of one kind are alike.
pub(crate) fn school(index: usize, kind: &str) -> String {
    let place = PLACES[index % PLACES.len()];
    match index / PLACES.len() {
        0 => format!("{place}{kind}"),
        round => format!("{}{place}{kind}", ["东", "西", "南", "北"][(round - 1) % 4]),
    }
}

/// A number in a range that is not given to anybody here.
pub(crate) fn phone(index: usize) -> String {
    format!("199{:08}", index % 100_000_000)
}
