//! From rewards to what a policy is trained on.

/// Shifts and scales to a mean of 0 and a (population) deviation of 1, with
/// `epsilon` added to the deviation.
pub(crate) fn standardize(values: &mut [f64], epsilon: f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let deviation = variance.sqrt() + epsilon;
    values.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
}

/// `G_t = r_t + discount G_{t+1}` over one episode.
pub(crate) fn discounted(rewards: &[f64], discount: f64) -> Vec<f64> {
    let mut returns = rewards.to_vec();
    for t in (1..returns.len()).rev() {
        returns[t - 1] += discount * returns[t];
    }
    returns
}

/// Generalised advantage estimation (Schulman et al., arXiv 1506.02438,
/// equation 16) over consecutive steps, of which `ends` says where an episode
/// ended; `after` is the value of the state after the last step.
///
/// ```text
/// delta_t = r_t + discount V_{t+1} - V_t        V_{t+1} = 0 at an end
/// A_t = delta_t + discount lambda A_{t+1}       A_{t+1} = 0 at an end
/// ```
pub(crate) fn advantages(
    rewards: &[f64],
    values: &[f64],
    ends: &[bool],
    after: f64,
    discount: f64,
    lambda: f64,
) -> Vec<f64> {
    let mut advantages = vec![0.0; rewards.len()];
    let (mut next_value, mut next_advantage) = (after, 0.0);
    for t in (0..rewards.len()).rev() {
        if ends[t] {
            (next_value, next_advantage) = (0.0, 0.0);
        }
        let delta = rewards[t] + discount * next_value - values[t];
        advantages[t] = delta + discount * lambda * next_advantage;
        (next_value, next_advantage) = (values[t], advantages[t]);
    }
    advantages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_are_the_sums_of_what_follows() {
        let rewards = [1.0, -2.0, 4.0];
        assert_eq!(discounted(&rewards, 0.5), [1.0, 0.0, 4.0]);
        let mut values = [1.0, 3.0, 5.0];
        standardize(&mut values, 0.0);
        assert!((values[2] - 1.5f64.sqrt()).abs() < 1e-12 && values[1] == 0.0);
        let mut same = [2.0; 3];
        standardize(&mut same, 1e-3);
        assert_eq!(same, [0.0; 3]);
    }

    /// With lambda 1 advantages are returns less values, episode by episode.
    #[test]
    fn advantages_are_returns_less_values() {
        let (rewards, values) = ([1.0, 2.0, 3.0, 4.0], [0.5, -1.0, 0.25, 2.0]);
        let found = advantages(
            &rewards,
            &values,
            &[false, true, false, false],
            10.0,
            0.9,
            1.0,
        );
        let first = discounted(&rewards[..2], 0.9);
        let second = discounted(&[3.0, 4.0, 10.0], 0.9);
        let expected = [first[0], first[1], second[0], second[1]];
        for t in 0..4 {
            assert!((found[t] - (expected[t] - values[t])).abs() < 1e-12, "{t}");
        }
        let one = advantages(
            &rewards,
            &values,
            &[false, true, false, false],
            10.0,
            0.9,
            0.0,
        );
        assert!((one[2] - (3.0 + 0.9 * 2.0 - 0.25)).abs() < 1e-12);
        assert!((one[1] - 3.0).abs() < 1e-12, "nothing follows an end");
    }
}
