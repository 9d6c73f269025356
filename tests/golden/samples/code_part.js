const a = require('a');
module.exports = function run(list) {
  const text = `many
  lines ${list.map(x => {
    return x;
  })}`;
  return text + a(list).join('something long');
};

class View extends Base {
  #secret = 1;
  render() {
    return <div onClick={() => {
      this.go();
      this.stop();
    }}>{this.#secret}</div>;
  }
}
