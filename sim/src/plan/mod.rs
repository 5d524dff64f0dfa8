//! What both kinds of machine have in common.

mod reach;
