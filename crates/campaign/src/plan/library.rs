//! The plans that come with the product.

/// A plan file that is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    pub id: &'static str,
    pub file: &'static str,
    pub text: &'static str,
}

macro_rules! built_in {
    ($($id:literal)+) => {
        &[$(BuiltIn {
            id: $id,
            file: concat!($id, ".toml"),
            text: include_str!(concat!("../../../../plans/", $id, ".toml")),
        },)+]
    };
}

/// All of them, each without a finding.
pub const BUILT_IN: &[BuiltIn] =
    built_in!("wujin" "menghe" "xian" "jiangsu-food-pharma" "dadukou");

/// The built-in plan with this id.
pub fn built_in(id: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|plan| plan.id == id)
}
