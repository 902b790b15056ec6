/// The words of the model language.
///
/// A line break ends a statement only where it could: `LineSense` hides the others (inside parentheses and brackets,
/// after an operator, before a continuation such as `|>` or `else`).
lexer grammar SinterLexer;

options { superClass = LineSense; }

channels { COMMENTS }

DOC_COMMENT: '///' ~[\r\n]* -> channel(COMMENTS);
LINE_COMMENT: '//' ~[\r\n]* -> channel(COMMENTS);
BLOCK_COMMENT: '/*' .*? '*/' -> channel(COMMENTS);
NEWLINE: '\r'? '\n' | '\r';
SPACE: [ \t\u00a0\ufeff]+ -> channel(HIDDEN);

// Reserved words.
IMPORT: 'import';
FN: 'fn';
EXPORT: 'export';
IF: 'if';
THEN: 'then';
ELSE: 'else';
FOR: 'for';
WHILE: 'while';
AND: 'and';
OR: 'or';
NOT: 'not';
DIV: 'div';
MOD: 'mod';
TRUE: 'true';
FALSE: 'false';
NONE: 'none';
MINIMISE: 'minimise' | 'minimize';
MAXIMISE: 'maximise' | 'maximize';
OVER: 'over';
THROUGH: 'through';
WITHIN: 'within';
WHEN: 'when';

// Words with a meaning in one place only; elsewhere they are names.
IN: 'in';
MODEL: 'model';
OPTIMISER: 'optimiser' | 'optimizer';
PARAM: 'param';
STATE: 'state';
SLOT: 'slot';
TRAIN: 'train';
TRAINING: 'training';
EXAMPLE: 'example';
EACH: 'each';
TIMES: 'times';
SCORE: 'score';
TOWARDS: 'towards' | 'toward';
REDUCER: 'sum' | 'prod' | 'max' | 'min' | 'mean' | 'any' | 'all';

ID: [\p{L}_] [\p{L}\p{N}_]* '\''*;

REAL: DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT;
INT: DIGITS | '0x' [0-9a-fA-F_]+;
STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '"';
OPEN_STRING: '"' (~["\\\r\n] | '\\' ~[\r\n])* '\\'?;

ARROW: '->';
FAT_ARROW: '=>';
PIPE: '|>';
ELLIPSIS: '...';
RANGE: '..';
ASSIGN: ':=';
EQ: '==';
NE: '!=';
LE: '<=';
GE: '>=';
LT: '<';
GT: '>';
EQUALS: '=';
COLON: ':';
COMMA: ',';
SEMI: ';';
DOT: '.';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
AT: '@';
CARET: '^';
TILDE: '~';
LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
LBRACE: '{';
RBRACE: '}';

OPEN_COMMENT: '/*' .*?;
UNKNOWN: .;

fragment DIGITS: [0-9] [0-9_]*;
fragment EXPONENT: [eE] [+-]? [0-9]+;
