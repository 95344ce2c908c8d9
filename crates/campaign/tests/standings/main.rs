//! Standings against the specification: plain-text tables of what each rule
//! does, and random worlds against a slow program that follows the text.

mod cases;
mod counting;
mod forecast;
mod live;
mod oracle;
mod periods;
mod random;
mod refusals;
mod world;
