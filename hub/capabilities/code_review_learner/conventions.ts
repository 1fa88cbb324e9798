/** One answer to a question of style, as a rule of ESLint that objects to every other answer. */
export interface Convention {
  /** `question.answer` */
  readonly id: string;
  readonly statement: string;
  readonly rule: string;
  readonly options: readonly unknown[];
}

/** A question of style. Where code has the choice, it keeps to one of the answers. */
export interface Question {
  readonly name: string;
  readonly answers: readonly Convention[];
  /** Selector of nodes that keep to the one answer, when ESLint has no rule for its opposite. */
  readonly keptBy?: string;
}

type Answer = readonly [name: string, statement: string, ...options: unknown[]];

function choice(name: string, rule: string, ...answers: readonly Answer[]): Question {
  return {
    name,
    answers: answers.map(([answer, statement, ...options]) => ({
      id: `${name}.${answer}`,
      statement,
      rule,
      options,
    })),
  };
}

function habit(
  name: string,
  statement: string,
  keptBy: string,
  rule: string,
  ...options: unknown[]
): Question {
  return { name, answers: [{ id: `${name}.kept`, statement, rule, options }], keptBy };
}

/** What is looked for. Rules on layout are deprecated in ESLint 10 and still in it. */
export const questions: readonly Question[] = [
  choice(
    'quotes',
    'quotes',
    ['single', 'Strings are in single quotes', 'single', { avoidEscape: true, allowTemplateLiterals: true }],
    ['double', 'Strings are in double quotes', 'double', { avoidEscape: true, allowTemplateLiterals: true }],
  ),
  choice(
    'semicolons',
    'semi',
    ['always', 'Statements end in a semicolon', 'always'],
    ['never', 'Statements end without a semicolon', 'never'],
  ),
  choice(
    'indent',
    'indent',
    ['two', 'Blocks are indented by two spaces', 2, { SwitchCase: 1, ignoredNodes: ['TemplateLiteral *'] }],
    ['four', 'Blocks are indented by four spaces', 4, { SwitchCase: 1, ignoredNodes: ['TemplateLiteral *'] }],
    ['tab', 'Blocks are indented by a tab', 'tab', { SwitchCase: 1, ignoredNodes: ['TemplateLiteral *'] }],
  ),
  choice(
    'trailing-comma',
    'comma-dangle',
    [
      'multiline',
      'Lists over several lines end in a comma',
      {
        arrays: 'always-multiline',
        objects: 'always-multiline',
        imports: 'always-multiline',
        exports: 'always-multiline',
        functions: 'ignore',
      },
    ],
    [
      'never',
      'Lists do not end in a comma',
      { arrays: 'never', objects: 'never', imports: 'never', exports: 'never', functions: 'ignore' },
    ],
  ),
  choice(
    'arrow-parentheses',
    'arrow-parens',
    ['always', 'Parameters of arrow functions are in parentheses', 'always'],
    ['as-needed', 'A single parameter of an arrow function has no parentheses', 'as-needed'],
  ),
  choice(
    'spaces-in-braces',
    'object-curly-spacing',
    ['always', 'Braces of objects have spaces inside', 'always'],
    ['never', 'Braces of objects have no spaces inside', 'never'],
  ),
  choice(
    'spaces-in-brackets',
    'array-bracket-spacing',
    ['always', 'Brackets of arrays have spaces inside', 'always'],
    ['never', 'Brackets of arrays have no spaces inside', 'never'],
  ),
  choice(
    'spaces-in-parentheses',
    'space-in-parens',
    ['always', 'Parentheses have spaces inside', 'always'],
    ['never', 'Parentheses have no spaces inside', 'never'],
  ),
  choice(
    'space-before-parameters',
    'space-before-function-paren',
    [
      'named-never',
      'No space comes between the name of a function and its parameters',
      { named: 'never', anonymous: 'ignore', asyncArrow: 'ignore' },
    ],
    [
      'named-always',
      'A space comes between the name of a function and its parameters',
      { named: 'always', anonymous: 'ignore', asyncArrow: 'ignore' },
    ],
  ),
  choice(
    'space-after-function',
    'space-before-function-paren',
    [
      'always',
      'A space comes after the word function',
      { anonymous: 'always', named: 'ignore', asyncArrow: 'ignore' },
    ],
    [
      'never',
      'No space comes after the word function',
      { anonymous: 'never', named: 'ignore', asyncArrow: 'ignore' },
    ],
  ),
  choice(
    'padded-blocks',
    'padded-blocks',
    ['always', 'Blocks begin and end with an empty line', { blocks: 'always' }],
    ['never', 'Blocks neither begin nor end with an empty line', { blocks: 'never' }],
  ),
  choice(
    'break-at-operator',
    'operator-linebreak',
    ['before', 'A broken line goes on with the operator', 'before', { overrides: { '=': 'ignore' } }],
    ['after', 'A broken line ends in the operator', 'after', { overrides: { '=': 'ignore' } }],
  ),
  choice(
    'brace-style',
    'brace-style',
    ['same-line', 'else and catch stand on the line of the closing brace', '1tbs', { allowSingleLine: true }],
    ['next-line', 'else and catch stand on a line of their own', 'stroustrup', { allowSingleLine: true }],
  ),
  choice(
    'quoted-properties',
    'quote-props',
    ['as-needed', 'Names of properties are quoted only where they must be', 'as-needed'],
    ['always', 'Names of properties are quoted', 'always'],
  ),
  choice(
    'object-shorthand',
    'object-shorthand',
    ['always', 'Properties and methods are written in the short form', 'always'],
    ['never', 'Properties and methods are written in the long form', 'never'],
  ),
  choice(
    'arrow-body',
    'arrow-body-style',
    ['as-needed', 'Arrow functions that only return have no block', 'as-needed'],
    ['always', 'Arrow functions have a block', 'always'],
  ),
  choice(
    'declarations',
    'one-var',
    ['separate', 'Each variable has a declaration of its own', 'never'],
    ['joined', 'Variables of a function share one declaration', 'always'],
  ),
  choice(
    'function-style',
    'func-style',
    ['declaration', 'Named functions are declarations', 'declaration', { allowArrowFunctions: false }],
    ['expression', 'Named functions are expressions in variables', 'expression'],
  ),
  choice(
    'braces-of-one-statement',
    'curly',
    ['all', 'Bodies of a single statement have braces', 'all'],
    ['multi-line', 'Bodies of a single statement have no braces', 'multi'],
  ),
  choice(
    'last-line',
    'eol-last',
    ['newline', 'Files end in a newline', 'always'],
    ['none', 'Files end without a newline', 'never'],
  ),
  choice(
    'assignment-operators',
    'operator-assignment',
    ['short', 'Assignments use the short operators', 'always'],
    ['long', 'Assignments repeat their target', 'never'],
  ),
  choice(
    'space-in-template',
    'template-curly-spacing',
    ['never', 'Braces of templates have no spaces inside', 'never'],
    ['always', 'Braces of templates have spaces inside', 'always'],
  ),
  choice(
    'comparisons',
    'yoda',
    ['value-last', 'The value comes last in a comparison', 'never'],
    ['value-first', 'The value comes first in a comparison', 'always'],
  ),
  habit(
    'const',
    'Variables that do not change are const',
    "VariableDeclaration[kind='const']",
    'prefer-const',
  ),
  habit('no-var', 'Variables are const or let', 'VariableDeclaration[kind=/^(?:const|let)$/]', 'no-var'),
  habit(
    'strict-equality',
    'Comparison is by === and !==, apart from null',
    'BinaryExpression[operator=/^[!=]==$/]',
    'eqeqeq',
    'always',
    { null: 'ignore' },
  ),
  habit(
    'templates',
    'Texts are put together by templates',
    'TemplateLiteral[expressions.length>0]',
    'prefer-template',
  ),
  habit(
    'arrow-callbacks',
    'Callbacks are arrow functions',
    'CallExpression > ArrowFunctionExpression',
    'prefer-arrow-callback',
  ),
  habit(
    'camel-case',
    'Names are in camel case',
    'VariableDeclarator > Identifier.id[name=/^[a-z]+[A-Z]/]',
    'camelcase',
    { properties: 'never', ignoreDestructuring: true },
  ),
  habit(
    'no-else-after-return',
    'No else comes after a return',
    'IfStatement[alternate=null] > BlockStatement.consequent > ReturnStatement:last-child',
    'no-else-return',
  ),
  habit(
    'rest-parameters',
    'Functions take rest parameters, not arguments',
    'RestElement',
    'prefer-rest-params',
  ),
  habit(
    'spread-arguments',
    'Calls spread their arguments, without apply',
    'CallExpression > SpreadElement',
    'prefer-spread',
  ),
  habit(
    'power-operator',
    'Powers are written by **',
    "BinaryExpression[operator='**']",
    'prefer-exponentiation-operator',
  ),
  habit(
    'flat-conditions',
    'Conditional expressions are not nested',
    'ConditionalExpression',
    'no-nested-ternary',
  ),
  habit(
    'parameters-kept',
    'Parameters are not assigned to',
    'FunctionDeclaration[params.length>0]',
    'no-param-reassign',
  ),
  habit(
    'one-statement-a-line',
    'A line holds one statement',
    'ExpressionStatement',
    'max-statements-per-line',
    { max: 1 },
  ),
  habit('spaced-comments', 'Comments begin with a space', 'Program', 'spaced-comment', 'always', {
    block: { balanced: true, exceptions: ['*'], markers: ['*', '!'] },
    markers: ['/'],
  }),
  habit('no-console', 'Nothing is written to the console', 'Program', 'no-console'),
  habit(
    'increments',
    'Counting up by one uses += 1',
    "AssignmentExpression[operator='+='][right.value=1]",
    'no-plusplus',
  ),
];
