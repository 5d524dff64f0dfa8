//! What tells one problem from another.

use crate::problem::Problem;

impl Problem {
    /// A number that tells this problem from others: FNV-1a over its table, deployment, objective
    /// and limits.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut text = self.table().to_csv();
        text.push_str(&format!("{} {}", self.deployment(), self.objective()));
        for budget in self.budgets() {
            text.push_str(&format!(" {}={}", budget.resource, budget.limit));
        }
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}
