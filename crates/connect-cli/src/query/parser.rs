//! The grammar of JMESPath: operator precedence, with the binding powers of jmespath.py, since the AWS CLI's users write
//! for that. Where it is laxer than the specification (commas between arguments), so is this.

use std::ops::Range;

use serde_json::Value;

use super::lexer::{SyntaxError, Token, tokens};

/// How deep expressions may nest, and how long chains of operators may be.
const DEPTH: usize = 256;

/// What binds weaker than this ends a projection.
const ENDS_PROJECTION: u8 = 10;
const STAR: u8 = 20;
const FILTER: u8 = 21;
const DOT: u8 = 40;
const NOT: u8 = 45;

/// A parsed expression.
#[derive(Debug)]
pub(super) enum Ast {
    /// The value itself.
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    /// The second applied to the result of the first.
    Then(Box<Ast>, Box<Ast>),
    /// The same, where the second is an index or slice. A slice right after one does not project.
    Indexed(Box<Ast>, Box<Ast>),
    And(Box<Ast>, Box<Ast>),
    Or(Box<Ast>, Box<Ast>),
    Not(Box<Ast>),
    /// Two values, and how they are compared.
    Comparison(Token, Box<Ast>, Box<Ast>),
    List(Vec<Ast>),
    Hash(Vec<(String, Ast)>),
    /// The second applied to each element of the first.
    Projection(Box<Ast>, Box<Ast>),
    /// The second where the first is true, else null.
    Condition(Box<Ast>, Box<Ast>),
    ObjectValues(Box<Ast>),
    Flatten(Box<Ast>),
    Function(String, Vec<Ast>),
    /// An expression that a function applies.
    Reference(Box<Ast>),
}

/// Parses an expression.
pub(super) fn parse(text: &str) -> Result<Ast, SyntaxError> {
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        index: 0,
        depth: 0,
    };
    let ast = parser.expression(0)?;
    parser.expect(&Token::End)?;
    Ok(ast)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, Range<usize>)>,
    index: usize,
    depth: usize,
}

impl Parser<'_> {
    /// An expression up to what binds no stronger than `power`.
    fn expression(&mut self, power: u8) -> Result<Ast, SyntaxError> {
        let outer = self.depth;
        self.deepen()?;
        let mut left = self.prefix()?;
        while power < binding_power(self.peek(0)) {
            self.deepen()?;
            left = self.infix(left)?;
        }
        self.depth = outer;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Ast, SyntaxError> {
        Ok(match self.next() {
            Token::Literal(value) => Ast::Literal(value),
            Token::Identifier(name) => Ast::Field(name),
            Token::Quoted(name) if *self.peek(0) != Token::LeftParen => Ast::Field(name),
            Token::Current => Ast::Current,
            Token::Star => {
                let each = match self.peek(0) {
                    Token::RightBracket => Ast::Current,
                    _ => self.projected(STAR)?,
                };
                Ast::Projection(Ast::ObjectValues(Ast::Current.into()).into(), each.into())
            }
            Token::Filter => self.filter(Ast::Current)?,
            Token::Flatten => self.flatten(Ast::Current)?,
            Token::LeftBrace => self.hash()?,
            Token::LeftParen => {
                let inner = self.expression(0)?;
                self.expect(&Token::RightParen)?;
                inner
            }
            Token::Not => Ast::Not(self.expression(NOT)?.into()),
            Token::Reference => Ast::Reference(self.expression(0)?.into()),
            Token::LeftBracket => match (self.peek(0), self.peek(1)) {
                (Token::Number(_) | Token::Colon, _) => {
                    let index = self.index()?;
                    self.indexed(Ast::Current, index)?
                }
                (Token::Star, Token::RightBracket) => self.elements(Ast::Current)?,
                _ => self.list()?,
            },
            _ => return Err(self.unexpected(self.index - 1)),
        })
    }

    fn infix(&mut self, left: Ast) -> Result<Ast, SyntaxError> {
        let token = self.next();
        let power = binding_power(&token);
        Ok(match (token, left) {
            (Token::Dot, left) if self.eat(&Token::Star) => {
                let each = self.projected(DOT)?;
                Ast::Projection(Ast::ObjectValues(left.into()).into(), each.into())
            }
            (Token::Dot, left) => Ast::Then(left.into(), self.member(DOT)?.into()),
            (Token::Pipe, left) => Ast::Then(left.into(), self.expression(power)?.into()),
            (Token::Or, left) => Ast::Or(left.into(), self.expression(power)?.into()),
            (Token::And, left) => Ast::And(left.into(), self.expression(power)?.into()),
            (
                operator @ (Token::Equal
                | Token::NotEqual
                | Token::Less
                | Token::LessOrEqual
                | Token::Greater
                | Token::GreaterOrEqual),
                left,
            ) => Ast::Comparison(operator, left.into(), self.expression(power)?.into()),
            (Token::LeftParen, Ast::Field(name)) => Ast::Function(name, self.arguments()?),
            (Token::Filter, left) => self.filter(left)?,
            (Token::Flatten, left) => self.flatten(left)?,
            (Token::LeftBracket, left) => match self.peek(0) {
                Token::Number(_) | Token::Colon => {
                    let index = self.index()?;
                    self.indexed(left, index)?
                }
                _ => self.elements(left)?,
            },
            _ => return Err(self.unexpected(self.index - 1)),
        })
    }

    /// What stands between the brackets of an index or slice, whose first token is a number or colon.
    fn index(&mut self) -> Result<Ast, SyntaxError> {
        if let (Token::Number(index), Token::RightBracket) = (self.peek(0), self.peek(1)) {
            let index = *index;
            self.index += 2;
            return Ok(Ast::Index(index));
        }
        if *self.peek(0) != Token::Colon && *self.peek(1) != Token::Colon {
            return Err(self.unexpected(self.index + 1));
        }
        let (mut parts, mut part) = ([None; 3], 0);
        loop {
            match self.next() {
                Token::RightBracket => return Ok(Ast::Slice(parts)),
                Token::Colon if part < 2 => part += 1,
                Token::Number(number) => parts[part] = Some(number),
                _ => return Err(self.unexpected(self.index - 1)),
            }
        }
    }

    fn indexed(&mut self, left: Ast, index: Ast) -> Result<Ast, SyntaxError> {
        let projects = matches!(index, Ast::Slice(_)) && !matches!(left, Ast::Indexed(..));
        let indexed = Ast::Indexed(left.into(), index.into());
        if projects {
            return Ok(Ast::Projection(
                indexed.into(),
                self.projected(STAR)?.into(),
            ));
        }
        Ok(indexed)
    }

    /// `*]` of `[*]`.
    fn elements(&mut self, left: Ast) -> Result<Ast, SyntaxError> {
        self.expect(&Token::Star)?;
        self.expect(&Token::RightBracket)?;
        Ok(Ast::Projection(left.into(), self.projected(STAR)?.into()))
    }

    fn flatten(&mut self, left: Ast) -> Result<Ast, SyntaxError> {
        let each = self.projected(binding_power(&Token::Flatten))?;
        Ok(Ast::Projection(
            Ast::Flatten(left.into()).into(),
            each.into(),
        ))
    }

    fn filter(&mut self, left: Ast) -> Result<Ast, SyntaxError> {
        let condition = self.expression(0)?;
        self.expect(&Token::RightBracket)?;
        let each = Ast::Condition(condition.into(), self.projected(FILTER)?.into());
        Ok(Ast::Projection(left.into(), each.into()))
    }

    /// What a projection applies to each of its elements.
    fn projected(&mut self, power: u8) -> Result<Ast, SyntaxError> {
        match self.peek(0) {
            token if binding_power(token) < ENDS_PROJECTION => Ok(Ast::Current),
            Token::LeftBracket | Token::Filter => self.expression(power),
            Token::Dot => {
                self.index += 1;
                self.member(power)
            }
            _ => Err(self.unexpected(self.index)),
        }
    }

    /// What follows a dot. A list or hash ends there: what comes next applies to all that stands before it.
    fn member(&mut self, power: u8) -> Result<Ast, SyntaxError> {
        if self.eat(&Token::LeftBracket) {
            return self.list();
        }
        if self.eat(&Token::LeftBrace) {
            return self.hash();
        }
        match self.peek(0) {
            Token::Identifier(_) | Token::Quoted(_) | Token::Star => self.expression(power),
            _ => Err(self.unexpected(self.index)),
        }
    }

    fn list(&mut self) -> Result<Ast, SyntaxError> {
        let mut elements = vec![self.expression(0)?];
        while !self.eat(&Token::RightBracket) {
            self.expect(&Token::Comma)?;
            elements.push(self.expression(0)?);
        }
        Ok(Ast::List(elements))
    }

    fn hash(&mut self) -> Result<Ast, SyntaxError> {
        let mut members = Vec::new();
        loop {
            let (Token::Identifier(key) | Token::Quoted(key)) = self.next() else {
                return Err(self.unexpected(self.index - 1));
            };
            self.expect(&Token::Colon)?;
            members.push((key, self.expression(0)?));
            if !self.eat(&Token::Comma) && self.eat(&Token::RightBrace) {
                return Ok(Ast::Hash(members));
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Ast>, SyntaxError> {
        let mut arguments = Vec::new();
        while !self.eat(&Token::RightParen) {
            arguments.push(self.expression(0)?);
            self.eat(&Token::Comma);
        }
        Ok(arguments)
    }

    /// A token ahead; behind the last there are only ends.
    fn peek(&self, ahead: usize) -> &Token {
        let token = self.tokens.get(self.index + ahead);
        token.map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek(0).clone();
        self.index += 1;
        token
    }

    fn eat(&mut self, wanted: &Token) -> bool {
        let found = self.peek(0) == wanted;
        self.index += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), SyntaxError> {
        if self.eat(wanted) {
            return Ok(());
        }
        Err(self.unexpected(self.index))
    }

    fn deepen(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        Ok(())
    }

    fn unexpected(&self, index: usize) -> SyntaxError {
        match self.tokens.get(index) {
            None | Some((Token::End, _)) => SyntaxError::Incomplete,
            Some((_, place)) => SyntaxError::Unexpected(
                self.text[place.clone()].to_owned(),
                self.text[..place.start].chars().count() + 1,
            ),
        }
    }
}

/// How strongly a token binds what stands before it.
fn binding_power(token: &Token) -> u8 {
    match token {
        Token::Pipe => 1,
        Token::Or => 2,
        Token::And => 3,
        Token::Equal
        | Token::NotEqual
        | Token::Less
        | Token::LessOrEqual
        | Token::Greater
        | Token::GreaterOrEqual => 5,
        Token::Flatten => 9,
        Token::Star => STAR,
        Token::Filter => FILTER,
        Token::Dot => DOT,
        Token::Not => NOT,
        Token::LeftBrace => 50,
        Token::LeftBracket => 55,
        Token::LeftParen => 60,
        _ => 0,
    }
}
