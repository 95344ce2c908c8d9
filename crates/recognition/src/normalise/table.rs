//! Single characters and what they stand for: traditional forms, look-alikes
//! of other scripts, emoji that replace a word, parts that make a character.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Traditional or variant forms, each followed by the usual simplified form.
const TRADITIONAL: &str = "們们個个來来這这對对時时會会說说國国過过學学發发後后還还經经現现當当開开關关問问間间聞闻話话語语請请謝谢讓让認认識识證证驗验碼码帳账賬账戶户號号賣卖買买貨货貸贷款款資资費费財财貴贵質质購购賺赚錢钱銀银鎖锁鏈链連连進进運运選选適适遠远違违邊边達达導导將将專专轉转車车軟软載载輸输較较輕轻輔辅轄辖辦办辭辞農农遲迟還还郵邮鄉乡醫医釋释鑒鉴鑑鉴門门閉闭閱阅陽阳陰阴陣阵際际陸陆隊队階阶險险隱隐雖虽雙双雜杂離离難难電电靈灵靜静響响頁页項项順顺須须預预頭头頻频題题額额願愿類类顧顾顯显風风飛飞飯饭飲饮館馆餘余騙骗騰腾驚惊馬马驅驱體体髮发鬆松鬥斗魚鱼鮮鲜鳥鸟麗丽麥麦麵面黃黄點点黨党齊齐齡龄龍龙龜龟亞亚亂乱爭争產产親亲僅仅從从倉仓儀仪億亿優优傳传傷伤價价儘尽償偿兒儿兩两冊册軍军凍冻凱凯劃划則则剛刚創创劇剧劉刘劍剑劑剂動动務务勝胜勞劳勢势勵励勸劝區区協协單单卻却厭厌厲厉參参吳吴員员唄呗啟启喚唤喪丧喬乔單单嗎吗嗚呜嘆叹嘗尝團团園园圍围圖图圓圆場场塊块報报壓压壞坏壯壮聲声壽寿夢梦夥伙奪夺奮奋婦妇媽妈嬰婴孫孙寧宁實实審审寫写寬宽寶宝尋寻壯壮爾尔嘗尝層层屬属歲岁島岛幣币帥帅師师帶带幫帮幹干幾几庫库應应廠厂廢废廣广廳厅張张彈弹強强彙汇匯汇徑径徵征復复複复恆恒悶闷惡恶惱恼愛爱態态慣惯慘惨慚惭慮虑慶庆憂忧憑凭憲宪懇恳懷怀懶懒戀恋戰战戲戏戶户拋抛挾挟捨舍掃扫掛挂採采揀拣換换揮挥損损搖摇搶抢摯挚撥拨擁拥擇择擊击擋挡擔担據据擬拟擴扩擾扰攝摄攜携攤摊敗败敵敌數数斷断於于舊旧曆历歷历曉晓暫暂條条東东極极構构槍枪標标樓楼樣样橋桥機机檔档檢检權权欄栏歐欧歡欢歲岁歸归殘残殺杀毀毁氣气決决沒没況况淚泪淨净淺浅減减測测湯汤準准溝沟溫温滅灭滾滚滿满漁渔漢汉漲涨漸渐潔洁潤润濟济濫滥濾滤灣湾災灾為为烏乌無无煉炼煩烦熱热燈灯燒烧營营爺爷牆墙牽牵狀状獎奖獨独獲获獻献瑪玛環环瓊琼產产畢毕畫画異异療疗瘋疯癢痒盜盗監监盤盘盧卢眾众着着睏困矚瞩礎础礙碍礦矿禮礼禍祸禪禅離离稅税種种稱称穀谷穩稳積积窮穷竊窃競竞筆笔節节範范築筑簡简簽签籃篮籌筹籤签粵粤糧粮糾纠紀纪約约紅红納纳純纯紙纸級级紛纷素素細细終终組组結结絕绝絡络給给統统絲丝綁绑維维綱纲網网緊紧緒绪線线締缔編编緩缓緯纬練练縣县縮缩總总績绩織织繁繁繞绕繳缴繼继續续纖纤罰罚罷罢羅罗義义習习聖圣聯联聰聪職职聽听肅肃脅胁脫脱腦脑臉脸臨临臺台與与興兴舉举艦舰艱艰藝艺節节莊庄萬万葉叶蓋盖蒼苍蘇苏蘭兰處处虛虚虧亏蟲虫術术衛卫衝冲補补裝装製制複复襲袭見见規规視视覺觉覽览觀观計计訂订討讨訊讯託托記记訪访設设許许訴诉註注評评詐诈詢询試试詩诗詳详誇夸誌志認认誤误誰谁課课調调談谈論论諾诺謀谋講讲謹谨譯译議议護护譽誉讀读變变讚赞豐丰貝贝負负貢贡貪贪貼贴貿贸賀贺賠赔賢贤賭赌賴赖贈赠贏赢趕赶趙赵跡迹踐践躍跃軌轨軒轩輛辆輝辉輪轮轟轰農农逆逆遊游遞递遺遗遼辽邁迈鄭郑鄧邓鄰邻醬酱釣钓鈔钞鈕钮鉅巨鉛铅銘铭銷销鋒锋鋪铺鋼钢錄录錯错鍋锅鍵键鎮镇鏡镜鐘钟鐵铁鑰钥鑽钻長长閃闪閒闲閣阁闊阔隨随隸隶雲云電电霧雾韓韩韻韵頂顶頌颂頒颁頓顿頗颇領领顏颜飄飘餐餐餓饿饅馒駐驻駕驾駛驶騎骑驗验驛驿鬧闹魯鲁鴻鸿鹽盐黴霉鼓鼓齒齿妳你祂他牠它嘍喽佈布佔占併并係系侷局傢家僱雇兇凶剋克勳勋卹恤嚮向嚴严囑嘱墊垫墮堕夾夹奬奖妝妆姦奸孃娘尷尴屆届峽峡嶄崭巔巅幟帜廬庐廁厕弔吊彌弥彎弯徹彻徬彷恥耻悅悦愜惬慫怂憐怜懲惩戇戆扡拖掙挣揹背撈捞撐撑撫抚擠挤擺摆攔拦攪搅斂敛曬晒朧胧枴拐棄弃棧栈榮荣樂乐橫横櫃柜欠欠歎叹毆殴氾泛洩泄渦涡滯滞濕湿瀏浏瀕濒灑洒爐炉犧牺猶犹獄狱獵猎瑣琐甦苏畝亩疊叠癮瘾皺皱盡尽睜睁瞭了硃朱碩硕祕秘穫获窩窝竄窜籠笼糞粪糰团紮扎紹绍絞绞緝缉緣缘縛缚縱纵繫系纏缠罈坛羨羡翹翘聳耸膠胶膽胆艙舱蕭萧薦荐藍蓝藥药蘋苹蝕蚀螞蚂蠟蜡衆众袞衮裏里裡里褲裤覓觅訛讹詛诅詞词誕诞誘诱誠诚誣诬諒谅諮咨謊谎謠谣譜谱贓赃躲躲軀躯輯辑輿舆轎轿遜逊遷迁邏逻酈郦醜丑釐厘鈎钩鉤钩鎊镑閘闸閨闺隻只雞鸡霸霸靂雳頸颈顛颠餅饼餘余駁驳騷骚髒脏鬍胡鬱郁鯨鲸鵝鹅鷹鹰麼么唰刷涮刷佽次囗口";

/// Letters of other scripts and signs that look like Latin letters or digits.
const LOOK_ALIKE: &str = "аaеeоoрpсcуyхxкkмmтtнhвbіiѕsԁdɡgԛqԝwјjАaВbЕeКkМmНhОoРpСcТtХxУyЅsІiЈjαaβbοoρpνvτtκkιiυuχxωwΑaΒbΕeΖzΗhΙiΚkΜmΝnΟoΡpΤtΥyΧxℓl∨v×x∧a╳xⅴvⅹxㅇo〇0○0◯0丨1乂x";

/// Old and financial numerals.
const NUMERALS: &str = "壹一贰二貳二叁三參三肆四伍五陆六柒七捌八玖九拾十佰百仟千萬万零零";

/// Signs that stand for a word.
const EMOJI: &[(char, &str)] = &[
    ('💰', "钱"),
    ('💵', "钱"),
    ('💴', "钱"),
    ('🤑', "钱"),
    ('💳', "银行卡"),
    ('🏦', "银行"),
    ('🧧', "红包"),
    ('➕', "加"),
    ('🔗', "链接"),
    ('🐧', "qq"),
    ('🛰', "微信"),
    ('📱', "手机"),
    ('☎', "电话"),
    ('📞', "电话"),
    ('👮', "警察"),
    ('🚓', "警察"),
    ('🎮', "游戏"),
    ('📦', "包裹"),
    ('✈', "飞机"),
    ('🎁', "礼品"),
    ('🏆', "奖品"),
    ('🔑', "密码"),
    ('🔒', "锁定"),
    ('📉', "股票"),
    ('📈', "股票"),
    ('🚗', "车"),
];

/// Two neighbours that together are one character, written apart.
/// Only pairs that do not meet in ordinary sentences.
const SPLIT: &[(&str, char)] = &[
    ("车专", '转'),
    ("車專", '转'),
    ("贝长", '账'),
    ("貝長", '账'),
    ("贝兼", '赚'),
    ("钅戋", '钱'),
    ("金戋", '钱'),
    ("石马", '码'),
    ("讠正", '证'),
    ("言正", '证'),
    ("言登", '证'),
    ("马佥", '验'),
    ("馬僉", '验'),
    ("亻言", '信'),
    ("代贝", '贷'),
    ("化贝", '货'),
    ("次贝", '资'),
    ("氵匚", '汇'),
    ("氵匯", '汇'),
    ("亻用", '佣'),
    ("钅连", '链'),
    ("扌妾", '接'),
    ("令页", '领'),
    ("力口", '加'),
    ("亻寸", '付'),
    ("彳正", '征'),
    ("扌殳", '投'),
    ("钅艮", '银'),
    ("金艮", '银'),
    ("彳亍", '行'),
    ("禾兑", '税'),
    ("尸吊刂", '刷'),
    ("吊刂", '刷'),
    ("纟工", '红'),
    ("木几", '机'),
    ("冫东", '冻'),
    ("纟吉", '结'),
    ("又欠", '欢'),
    ("饣反", '饭'),
    ("讠乍", '诈'),
    ("马扁", '骗'),
    ("扌丸", '执'),
    ("户斤", '所'),
    ("礻土", '社'),
    ("亻呆", '保'),
    ("十尃", '博'),
    ("采彡", '彩'),
    ("扌旦", '担'),
    ("贝曾", '赠'),
    ("纟及", '级'),
    ("口马", '吗'),
    ("宀女", '安'),
    ("亻全户", '户'),
];

/// What a traditional form was folded from: kind of the change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fold {
    Traditional,
    LookAlike,
}

/// What is known of characters.
pub(super) struct Tables {
    han: Box<[u16]>,
    /// What a character may be: `HEAD`, `SECOND`, `DIGIT`, `FOLDED`.
    marks: Box<[u8]>,
    others: FxHashMap<char, (char, Fold)>,
    emoji: FxHashMap<char, &'static str>,
    split_heads: FxHashMap<char, Vec<(&'static str, char)>>,
}

/// The first part of a split character.
pub(super) const HEAD: u8 = 1;
/// The second part of a split character.
pub(super) const SECOND: u8 = 2;
/// A digit, or a power of ten.
const DIGIT: u8 = 4;
/// Has a simplified form.
const FOLDED: u8 = 8;
/// The digits and powers of ten of the CJK block.
const DIGITS: &str = "零一二两三四五六七八九十百千万";

/// First code point of the CJK block that `han` covers.
const HAN_FIRST: u32 = 0x4E00;
const HAN_LEN: usize = 0x5200;

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut han = vec![0u16; HAN_LEN].into_boxed_slice();
    let mut others = FxHashMap::default();
    for (source, fold) in [
        (TRADITIONAL, Fold::Traditional),
        (LOOK_ALIKE, Fold::LookAlike),
        (NUMERALS, Fold::Traditional),
    ] {
        let mut chars = source.chars();
        while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
            let slot =
                (from as u32).checked_sub(HAN_FIRST).and_then(|i| han.get_mut(i as usize));
            match (slot, u16::try_from(to as u32)) {
                (Some(slot), Ok(to_code)) if from != to && *slot == 0 => *slot = to_code,
                (Some(_), _) => {}
                (None, _) => {
                    others.insert(from, (to, fold));
                }
            }
        }
    }
    let mut split_heads: FxHashMap<char, Vec<(&'static str, char)>> = FxHashMap::default();
    let mut marks = vec![0u8; HAN_LEN].into_boxed_slice();
    let mut mark = |c: char, bit: u8| {
        let slot = (c as u32).checked_sub(HAN_FIRST).and_then(|i| marks.get_mut(i as usize));
        if let Some(slot) = slot {
            *slot |= bit;
        }
    };
    for (from, c) in (HAN_FIRST..).filter_map(char::from_u32).zip(&han) {
        if *c != 0 {
            mark(from, FOLDED);
        }
    }
    DIGITS.chars().for_each(|c| mark(c, DIGIT));
    for &(parts, whole) in SPLIT {
        parts.chars().zip([HEAD, SECOND]).for_each(|(part, bit)| mark(part, bit));
        if let Some(head) = parts.chars().next() {
            split_heads.entry(head).or_default().push((parts, whole));
        }
    }
    let emoji = EMOJI.iter().copied().collect();
    Tables { han, marks, others, emoji, split_heads }
});

/// The tables; who asks of many characters keeps them at hand.
pub(super) fn tables() -> &'static Tables {
    &TABLES
}

impl Tables {
    /// A character of the CJK block that is nothing but itself, as most are.
    #[inline]
    pub(super) fn is_ordinary(&self, c: char) -> bool {
        let slot = (c as u32).wrapping_sub(HAN_FIRST) as usize;
        self.marks.get(slot) == Some(&0)
    }

    /// The simplified form of a character of the CJK block, if it has another one.
    #[inline]
    pub(super) fn simplified(&self, c: char) -> Option<char> {
        let slot = (c as u32).checked_sub(HAN_FIRST)?;
        match self.han.get(slot as usize) {
            Some(&code) if code != 0 => char::from_u32(u32::from(code)),
            _ => None,
        }
    }

    /// What a character may be: `HEAD`, `SECOND`, `DIGIT`, several or none.
    #[inline]
    pub(super) fn marks(&self, c: char) -> u8 {
        (c as u32)
            .checked_sub(HAN_FIRST)
            .and_then(|slot| self.marks.get(slot as usize))
            .map_or(0, |marks| *marks)
    }
}

/// The plain form of a letter of another script.
pub(super) fn look_alike(c: char) -> Option<(char, Fold)> {
    TABLES.others.get(&c).copied()
}

/// The word that an emoji stands for.
pub(super) fn emoji_word(c: char) -> Option<&'static str> {
    TABLES.emoji.get(&c).copied()
}

/// What a character is to the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LetterKind {
    Han,
    /// A Chinese digit or power of ten.
    HanDigit,
    Other,
}

/// Tells the kind of characters; the table is looked up once.
#[inline]
pub(crate) fn letter_kinds() -> impl Fn(char) -> LetterKind {
    let tables = tables();
    move |c| {
        if tables.is_ordinary(c) {
            LetterKind::Han
        } else if tables.marks(c) & DIGIT != 0 {
            LetterKind::HanDigit
        } else if is_han(c) {
            LetterKind::Han
        } else {
            LetterKind::Other
        }
    }
}

/// The pairs that begin with this part.
pub(super) fn split_pairs(head: char) -> Option<&'static [(&'static str, char)]> {
    TABLES.split_heads.get(&head).map(Vec::as_slice)
}

/// Emoji, arrows, dingbats and other signs that carry no word.
pub(super) fn is_ornament(c: char) -> bool {
    matches!(c as u32,
        0x2190..=0x21FF | 0x2300..=0x23FF | 0x25A0..=0x27BF | 0x2900..=0x297F
        | 0x2B00..=0x2BFF | 0x1F000..=0x1FAFF | 0xE000..=0xF8FF)
}

/// Marks without width: they only part a word.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c as u32,
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180E
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x0300..=0x036F
        | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFEFF | 0xE0000..=0xE01EF | 0x3164 | 0xFFA0)
}

/// A character of the CJK blocks.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x9FFF | 0x20000..=0x323AF)
}
