import { threat } from '../kit/threat.js';

threat('F8', 'Sock puppets', () => {
  it('ten thousand fresh keys praise a plugin: reviews are not built yet');
});
