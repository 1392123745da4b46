import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

/** Every way of the platform to read a text as markup. */
const message = "User text is never markup.";
const properties = [
  "innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc", "createContextualFragment", "setHTML", "setHTMLUnsafe", "parseHTML", "parseHTMLUnsafe",
  "parseFromString",
];

export const markup = {
  "no-restricted-properties": [
    "error",
    ...properties.map((property) => ({ property, message })),
    ...["write", "writeln"].map((property) => ({ object: "document", property, message })),
  ],
  "no-restricted-globals": ["error", { name: "DOMParser", message }],
  "no-restricted-syntax": [
    "error",
    { selector: "JSXAttribute[name.name=/^(dangerouslySetInnerHTML|innerHTML|srcdoc|srcDoc)$/]", message },
    { selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(srcdoc|on)/i]", message },
    { selector: "MemberExpression[object.property.name='document'][property.name=/^write(ln)?$/]", message },
    { selector: "MemberExpression[property.name='DOMParser']", message },
  ],
};

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
);
