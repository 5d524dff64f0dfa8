//! Which columns of a table are shown, and how wide.
//!
//! ```text
//! while the columns at their narrowest are too wide: leave out the next that may go
//! then break words that are longer than such columns of text are wide
//! share what the numbers leave among the columns of text, which break into lines
//! ```

/// Blanks between columns.
pub const GAP: usize = 2;
/// A column of text is broken no narrower than this as long as other columns may go.
const NARROW: usize = 20;
/// And this is the least in any case.
const NARROWEST: usize = 8;

/// How narrow columns of text may be.
#[derive(Clone, Copy)]
enum Least {
    /// As above, other columns going first.
    Readable,
    /// As their words are, or those of them that are not longer than what is readable.
    Words,
    /// Anything.
    Any,
}

/// What a column needs.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// With everything in one line.
    pub full: usize,
    /// With the title in several.
    pub titled: usize,
    /// For its widest word.
    pub word: usize,
    /// Whether its cells may break.
    pub is_text: bool,
}

impl Size {
    fn least(&self, least: Least) -> usize {
        match least {
            _ if !self.is_text => self.titled,
            Least::Readable => self.full.min(NARROW),
            Least::Words => self.full.min(self.word.clamp(NARROWEST, NARROW)),
            Least::Any => self.full.min(NARROWEST),
        }
    }
}

/// The columns that are shown within a width, and how wide each is; `optional` may be left out, the
/// first to go first.
pub fn layout(sizes: &[Size], optional: &[usize], width: usize) -> Vec<(usize, usize)> {
    let mut shown: Vec<usize> = (0..sizes.len()).collect();
    let mut optional = optional.iter();
    let widths = loop {
        let sizes: Vec<Size> = shown.iter().map(|&at| sizes[at]).collect();
        let gaps = shown.len().saturating_sub(1) * GAP;
        let room = width.saturating_sub(gaps);
        if sizes.iter().map(|size| size.full).sum::<usize>() <= room {
            break sizes.iter().map(|size| size.full).collect();
        }
        let fits = |least| sizes.iter().map(|size| size.least(least)).sum::<usize>() <= room;
        if fits(Least::Readable) {
            break share(&sizes, room, Least::Readable);
        }
        let Some(next) = optional.next() else {
            let least = if fits(Least::Words) {
                Least::Words
            } else {
                Least::Any
            };
            break share(&sizes, room, least);
        };
        shown.retain(|at| at != next);
    };
    shown.into_iter().zip(widths).collect()
}

/// Widths within a room: columns of text get what the numbers leave, those that need little first.
fn share(sizes: &[Size], room: usize, least: Least) -> Vec<usize> {
    let mut widths: Vec<usize> = sizes.iter().map(|size| size.least(least)).collect();
    let mut rest = room.saturating_sub(widths.iter().sum());
    let mut by_need: Vec<usize> = (0..sizes.len()).collect();
    by_need.sort_by_key(|&at| sizes[at].full);
    for (done, &at) in by_need.iter().enumerate() {
        let fair = rest / (by_need.len() - done);
        let more = (sizes[at].full - widths[at]).min(fair);
        widths[at] += more;
        rest -= more;
    }
    // What others did not take goes to the widest.
    for &at in by_need.iter().rev() {
        let more = (sizes[at].full - widths[at]).min(rest);
        widths[at] += more;
        rest -= more;
    }
    widths
}
