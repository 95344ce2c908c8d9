//! The national classes of telecom fraud, and the types a school's plan names.

/// One of the twelve national classes. The order is the order of the model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FraudType {
    /// 刷单返利
    TaskRebate,
    /// 虚假网络投资理财
    Investment,
    /// 虚假网络贷款
    Loan,
    /// 冒充电商物流客服
    CustomerService,
    /// 冒充公检法及政府机关
    Authority,
    /// 虚假征信
    CreditRecord,
    /// 虚假购物服务
    Shopping,
    /// 冒充领导熟人
    Acquaintance,
    /// 网络游戏产品虚假交易
    Game,
    /// 网络婚恋交友
    Romance,
    /// 冒充军警购物
    MilitaryOrder,
    /// 其他
    Other,
}

impl FraudType {
    /// All of them, in the order of the model file.
    pub const ALL: [Self; 12] = [
        Self::TaskRebate,
        Self::Investment,
        Self::Loan,
        Self::CustomerService,
        Self::Authority,
        Self::CreditRecord,
        Self::Shopping,
        Self::Acquaintance,
        Self::Game,
        Self::Romance,
        Self::MilitaryOrder,
        Self::Other,
    ];

    /// The national name, as the output prints it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TaskRebate => "刷单返利",
            Self::Investment => "虚假网络投资理财",
            Self::Loan => "虚假网络贷款",
            Self::CustomerService => "冒充电商物流客服",
            Self::Authority => "冒充公检法及政府机关",
            Self::CreditRecord => "虚假征信",
            Self::Shopping => "虚假购物服务",
            Self::Acquaintance => "冒充领导熟人",
            Self::Game => "网络游戏产品虚假交易",
            Self::Romance => "网络婚恋交友",
            Self::MilitaryOrder => "冒充军警购物",
            Self::Other => "其他",
        }
    }

    /// The word by which content files and storage name it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::TaskRebate => "task-rebate",
            Self::Investment => "investment",
            Self::Loan => "loan",
            Self::CustomerService => "customer-service",
            Self::Authority => "authority",
            Self::CreditRecord => "credit-record",
            Self::Shopping => "shopping",
            Self::Acquaintance => "acquaintance",
            Self::Game => "game",
            Self::Romance => "romance",
            Self::MilitaryOrder => "military-order",
            Self::Other => "other",
        }
    }

    /// The class of a national name or an id.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word || kind.id() == word)
    }

    /// Its place in `ALL`.
    pub const fn index(self) -> usize {
        self as usize
    }
}
