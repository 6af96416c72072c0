//! The lines that join a contact to its parent.

use crate::contact::Link;
use crate::forest::Node;

/// Columns that one level of the tree takes.
pub(super) const LEVEL: usize = 3;
/// Levels that are drawn at most; a deeper contact shows the innermost of them and how many are hidden.
pub(super) const LEVELS: usize = 24;
/// Levels that a folded row gives up for the number of hidden ones.
const FOLD: usize = 3;
/// What is left of a folded row at least: the number, the contact's own branch and one more.
pub(super) const FEWEST_LEVELS: usize = FOLD + 2;

/// For each level from the root's down to the current contact's: whether a sibling is still to come.
#[derive(Default)]
pub(super) struct Guides(Vec<bool>);

impl Guides {
    pub(super) fn step(&mut self, node: Node<'_>) {
        self.0.truncate(node.depth());
        let more = node
            .parent()
            .is_some_and(|parent| parent.children().next_back() != Some(node));
        self.0.push(more);
    }

    pub(super) fn draw(&self, node: Node<'_>, levels: usize, ascii: bool) -> String {
        let depth = node.depth();
        if depth == 0 {
            return String::new();
        }
        let mut lines = String::new();
        let mut first = 1;
        if depth > levels {
            first = depth - (levels - FOLD) + 1;
            lines = format!("{:width$}", format!("+{}", first - 1), width = LEVEL * FOLD);
        }
        for &more in &self.0[first..depth] {
            lines += match (more, ascii) {
                (false, _) => "   ",
                (true, false) => "│  ",
                (true, true) => "|  ",
            };
        }
        let related = node.link() == Some(Link::Related);
        lines += match (self.0[depth], related, ascii) {
            (true, false, false) => "├─ ",
            (true, true, false) => "├┄ ",
            (false, false, false) => "└─ ",
            (false, true, false) => "└┄ ",
            (true, false, true) => "|- ",
            (true, true, true) => "|~ ",
            (false, false, true) => "`- ",
            (false, true, true) => "`~ ",
        };
        lines
    }
}
