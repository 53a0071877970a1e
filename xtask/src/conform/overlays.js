// Applies overlays with openapi-format. For each file in a directory that has a document and actions, writes the document after them.
const fs = require('fs');
const { openapiOverlay } = require('openapi-format');
const { query } = require('jsonpathly');

// openapi-format puts filters in parentheses and ends them at the first bracket, unless they are in parentheses; jsonpathly knows no space
// between segments.
const spelled = target => {
  const isFilter = [];
  const token = /'(?:\\.|[^'\\])*'|\[\??|\](?:\s+(?=[.[]))?/g;
  return target.replace(token, text => {
    if (text[0] === '[') return isFilter.push(text === '[?') && text + (text === '[?' ? '(' : '');
    if (text[0] === ']') return isFilter.pop() ? ')]' : ']';
    return text;
  });
};

// Overlay 1.0 appends the update to a list; openapi-format, as Overlay 1.1, the elements of the update.
const appended = (document, action) => {
  const isList = 'update' in action && query(document, action.target, { returnArray: true }).some(Array.isArray);
  return isList ? { ...action, update: [action.update] } : action;
};

(async () => {
  for (const file of process.argv.slice(1)) {
    let { before: document, actions } = JSON.parse(fs.readFileSync(file));
    for (const action of actions) {
      const spelledAction = appended(document, { ...action, target: spelled(action.target) });
      const overlaySet = { overlay: '1.0.0', actions: [spelledAction] };
      const { data, resultData } = await openapiOverlay(document, { overlaySet });
      if (resultData.totalUsedActions !== 1) console.log(`finds nothing: ${action.target}`);
      document = data;
    }
    fs.writeFileSync(file, JSON.stringify(document));
  }
})();
