import tseslint from 'typescript-eslint';

// Words that would be shown as they are written.
const untranslated = [
  'JSXText[value=/\\p{L}/u]',
  'JSXExpressionContainer > :matches(Literal, TemplateElement)[value=/\\p{L}{2}/u]',
  'JSXAttribute[name.name=/^(title|aria-label|aria-valuetext|placeholder|label|text|alt)$/] > Literal[value=/\\p{L}/u]',
  'Property[key.name=/^(label|caption|title|body|okLabel|cancelLabel)$/] > Literal[value=/\\p{L}/u]',
  'AssignmentExpression[left.property.name=/^(title|label|caption|textContent|ariaLabel)$/] > Literal[value=/\\p{L}/u]',
  'CallExpression[callee.property.name="setAttribute"][arguments.0.value=/^(title|aria-label)$/] > Literal:nth-child(2)'
];

export default tseslint.config(
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./tsconfig.client-test.json', './tsconfig.panel-lint.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }]
    }
  },
  {
    files: ['src/panel/**'],
    rules: {
      '@typescript-eslint/unbound-method': 'off', // Lumino's signals take the method and its object apart
      'no-restricted-syntax': ['error', ...untranslated.map(selector => ({ selector, message: 'What people read goes through the translator.' }))]
    }
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' } // node:test's test() returns one nobody awaits
  }
);
