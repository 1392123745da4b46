import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const message = "User text is never markup.";
/** Properties and methods of the DOM that parse a text as markup. */
const properties = [
  "innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "createContextualFragment", "setHTML", "setHTMLUnsafe", "parseHTML", "parseHTMLUnsafe",
  "parseFromString",
];

const markupSyntax = [
  { selector: "JSXAttribute[name.name=/^(dangerouslySetInnerHTML|innerHTML|srcdoc|srcDoc)$/]", message },
  { selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(srcdoc|on)/i]", message },
  { selector: "MemberExpression[object.property.name='document'][property.name=/^write(ln)?$/]", message },
  { selector: "MemberExpression[property.name='DOMParser']", message },
];

export const markup = {
  "no-restricted-properties": [
    "error",
    ...properties.map((property) => ({ property, message })),
    ...["write", "writeln"].map((property) => ({ object: "document", property, message })),
  ],
  "no-restricted-globals": ["error", { name: "DOMParser", message }],
  "no-restricted-syntax": ["error", ...markupSyntax],
};

const inWords = "Words for readers are written in words/.";
/** Pattern of a text for readers: two letters in a row, or two with a blank between them. Single signs do not match. */
const READABLE = "/\\p{L}{2}|\\p{L} \\p{L}/u";
const READ_ATTRIBUTES = "/^(title|aria-label|alt|placeholder|label|legend|hint|name|other)$/";

/** Rules against texts for readers in a view: the text of an element, and attributes that are shown or spoken. */
export const wordsInViews = [
  { selector: `JSXText[value=${READABLE}]`, message: inWords },
  { selector: `JSXElement > JSXExpressionContainer > Literal[value=${READABLE}]`, message: inWords },
  { selector: `JSXElement > JSXExpressionContainer > ConditionalExpression > Literal[value=${READABLE}]`, message: inWords },
  { selector: `JSXElement > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${READABLE}]`, message: inWords },
  { selector: `JSXAttribute[name.name=${READ_ATTRIBUTES}] > Literal[value=/\\p{Lu}\\p{Ll}|\\p{L} \\p{L}/u]`, message: inWords },
  { selector: `JSXAttribute[name.name=${READ_ATTRIBUTES}] TemplateElement[value.raw=/\\p{Lu}\\p{Ll}|\\p{L} \\p{L}/u]`, message: inWords },
];

/**
 * Rules against a sentence or a title in state or wire: a capital letter and a blank, or a full stop at the end. The texts of thrown
 * errors are for developers and allowed.
 */
export const wordsInState = [
  { selector: ":not(ThrowStatement > NewExpression) > Literal[value=/^\\p{Lu}\\p{Ll}+( .*|.*\\.)$/u]", message: inWords },
  { selector: "TemplateElement[value.raw=/\\p{Lu}\\p{Ll}+ \\p{Ll}|\\p{Ll} \\p{Ll}/u]", message: inWords },
];

const actionsOnly = "A view calls actions of the desk and the column; it does not write their fields.";
const writes = [
  { selector: "AssignmentExpression > MemberExpression.left[object.name=/^(desk|column|run)$/]", message: actionsOnly },
  { selector: "AssignmentExpression > MemberExpression.left[object.object.name=/^(desk|column|run)$/]", message: actionsOnly },
  { selector: "UpdateExpression > MemberExpression[object.name=/^(desk|column|run)$/]", message: actionsOnly },
];

/** Return a rule that forbids imports from the named folders of `src`. */
function noImports(rooms, why) {
  return { "no-restricted-imports": ["error", { patterns: [{ regex: `/(${rooms.join("|")})/`, message: why }] }] };
}

const LEAVES = ["wire", "posts", "query", "text", "stats"].map((room) => `web/ui/src/${room}/**`);

export default ts.config(
  { ignores: ["web/static/**", "node_modules/**"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      "@typescript-eslint/restrict-plus-operands": ["error", { allowNumberAndString: true }],
      ...markup,
    },
  },
  { files: LEAVES, rules: noImports(["state", "view"], "wire, posts, query, text and stats import neither state nor view.") },
  { files: ["web/ui/src/words/**"], rules: noImports(["state", "view"], "words import neither state nor view.") },
  { files: ["web/ui/src/state/**"], rules: noImports(["view"], "state imports no view.") },
  {
    files: ["web/ui/src/state/**", "web/ui/src/wire/**"],
    rules: { "no-restricted-syntax": ["error", ...markupSyntax, ...wordsInState] },
  },
  {
    files: ["web/ui/src/view/**"],
    rules: {
      "no-restricted-syntax": ["error", ...markupSyntax, ...wordsInViews, ...writes],
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [{
        regex: "/wire/(api|connection)$", allowTypeImports: true, message: "A view requests data of the server through an action of state.",
      }] }],
    },
  },
);
