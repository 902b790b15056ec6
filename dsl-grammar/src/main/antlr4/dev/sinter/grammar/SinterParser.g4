/// The sentences of the model language. Meaning lives elsewhere.
parser grammar SinterParser;

options { tokenVocab = SinterLexer; superClass = Lookahead; }

file: separator? (item (separator item)*)? separator? EOF;

separator: (NEWLINE | SEMI)+;

item
  : importDeclaration
  | moduleDeclaration
  | function
  | example
  | binding
  ;

importDeclaration: IMPORT name (DOT name)*;

moduleDeclaration: kind = (MODEL | OPTIMISER) name (LPAREN parameters RPAREN)? LBRACE separator? (member (separator member)*)? separator? RBRACE;

member
  : variable
  | function
  | example
  | trainingBlock
  | binding
  ;

variable: kind = (PARAM | STATE | SLOT) name (COLON type)? initialiser? (WHEN expression)?;

initialiser: EQUALS expression | TILDE expression;

function: EXPORT? kind = (FN | TRAIN) name LPAREN parameters RPAREN (ARROW type)? (EQUALS expression | misplaced = block);

binding: name EQUALS expression;

parameters: (parameter (COMMA parameter)* COMMA?)?;

parameter: name (COLON type)? (EQUALS expression)?;

type
  : name (LBRACKET dims RBRACKET)?                                        # arrayType
  | LPAREN typeField (COMMA typeField)* COMMA? RPAREN                     # tupleType
  ;

typeField: (name COLON)? type;

dims: (dim (COMMA dim)* COMMA?)?;

dim: ELLIPSIS | expression;

example: EXAMPLE STRING LBRACE separator? (exampleStatement (separator exampleStatement)*)? separator? RBRACE;

exampleStatement
  : actual = expression TILDE expected = expression (WITHIN tolerance = expression)?    # approximateCheck
  | statement                                                                          # exampleStep
  ;

trainingBlock: TRAINING LBRACE separator? (trainingItem (separator trainingItem)*)? separator? RBRACE;

trainingItem
  : EACH name LBRACE separator? (trainingCall (separator trainingCall)*)? separator? RBRACE     # trainingRound
  | SCORE (title = name COLON)? value = expression (EACH unit = name)? (TOWARDS goal = expression)?   # trainingScore
  | name COLON expression                                                                        # trainingSetting
  ;

trainingCall: (INT TIMES)? expression;

block: LBRACE separator? (statement (separator statement)*)? separator? RBRACE;

statement
  : FOR pattern IN expression block                                       # forLoop
  | WHILE expression block                                                # whileLoop
  | pattern EQUALS expression                                             # bind
  | name LBRACKET subscripts RBRACKET EQUALS expression                   # define
  | expression ASSIGN expression                                          # assign
  | expression stray                                                      # strayWords
  | expression                                                            # evaluate
  ;

/// Not part of the language: what stands after a complete expression on the same line, read so that the next line is read well.
stray: (ID | INT | REAL | STRING | TRUE | FALSE | NONE | IF | REDUCER) (~(NEWLINE | SEMI | LBRACE | RBRACE))*;

pattern
  : name (COMMA name)*                                                    # flatPattern
  | LPAREN name (COMMA name)* COMMA? RPAREN                               # closedPattern
  ;

expression
  : expression LPAREN arguments RPAREN                                    # call
  | expression LBRACKET subscripts RBRACKET                               # subscripted
  | expression DOT (name | INT)                                           # field
  | <assoc = right> expression CARET expression                           # power
  | operator = (MINUS | PLUS) expression                                  # sign
  | expression operator = (STAR | SLASH | AT | DIV | MOD) expression      # product
  | {reductionAhead()}? REDUCER LPAREN index (COMMA index)* RPAREN expression   # reduction
  | expression operator = (PLUS | MINUS) expression                       # sum
  | expression RANGE expression                                           # range
  | expression operator = (EQ | NE | LT | LE | GT | GE) expression        # comparison
  | NOT expression                                                        # negation
  | expression AND expression                                             # conjunction
  | expression OR expression                                              # disjunction
  | expression PIPE expression                                            # pipe
  | expression operator = (MINIMISE | MAXIMISE) expression (OVER expression (COMMA expression)*)? (THROUGH expression)?   # optimise
  | IF expression THEN expression ELSE expression                         # conditional
  | name FAT_ARROW expression                                             # shortLambda
  | LPAREN parameters RPAREN FAT_ARROW expression                         # lambda
  | LPAREN expression RPAREN                                              # parenthesised
  | LPAREN RPAREN                                                         # unit
  | LPAREN tupleField (COMMA tupleField)* COMMA? RPAREN                   # tuple
  | LBRACKET (element (COMMA element)* COMMA?)? RBRACKET                  # list
  | LBRACKET expression generator+ RBRACKET                               # comprehension
  | block                                                                 # blockExpression
  | name                                                                  # reference
  | INT                                                                   # integer
  | REAL                                                                  # real
  | STRING                                                                # string
  | (TRUE | FALSE)                                                        # truth
  | NONE                                                                  # nothing
  ;

element: ELLIPSIS? expression;

index: name (COLON expression)?;

tupleField: (name COLON)? expression;

generator: FOR name IN expression;

arguments: (argument (COMMA argument)* COMMA?)?;

argument: (label COLON)? expression;

label: name | OVER | THROUGH | WITHIN | WHEN;

subscripts: subscript (COMMA subscript)* COMMA?;

subscript
  : ELLIPSIS                                                              # rest
  | from = expression? COLON to = expression? (COLON step = expression?)? # slice
  | expression                                                            # at
  ;

name: ID | IN | MODEL | OPTIMISER | PARAM | STATE | SLOT | TRAIN | TRAINING | EXAMPLE | EACH | TIMES | SCORE | TOWARDS | REDUCER;
