//! Walks over trees, with a stack or a queue of their own instead of recursion.

use std::collections::VecDeque;

use crate::{Forest, Node};

/// Each contact, then what hangs under it. See [`Forest::depth_first`].
#[derive(Clone, Debug)]
pub struct DepthFirst<'a> {
    forest: &'a Forest,
    stack: Vec<usize>,
}

impl<'a> DepthFirst<'a> {
    pub(crate) fn new(forest: &'a Forest, start: &[usize]) -> Self {
        Self {
            forest,
            stack: start.iter().rev().copied().collect(),
        }
    }
}

impl<'a> Iterator for DepthFirst<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.forest.at(self.stack.pop()?);
        self.stack.extend(node.child_indices().iter().rev());
        Some(node)
    }
}

/// Contacts level by level. See [`Forest::breadth_first`].
#[derive(Clone, Debug)]
pub struct BreadthFirst<'a> {
    forest: &'a Forest,
    queue: VecDeque<usize>,
}

impl<'a> BreadthFirst<'a> {
    pub(crate) fn new(forest: &'a Forest, start: Vec<usize>) -> Self {
        Self {
            forest,
            queue: start.into(),
        }
    }
}

impl<'a> Iterator for BreadthFirst<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.forest.at(self.queue.pop_front()?);
        self.queue.extend(node.child_indices());
        Some(node)
    }
}
