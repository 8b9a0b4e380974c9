import { refuse } from '../../shared/refuse.js';
import { countedTo, unstacked } from '../lists.js';
import { loopOf } from '../loop.js';
import { plain, type Ref, sameRef } from '../resolve.js';
import { type Site, type Translate, whereOf } from '../site.js';

/** One element of a list that has the rows of a tensor. */
function item(site: Site, list: Ref, place: Ref): void {
  const found = unstacked(list);
  if (!found)
    refuse(
      site.where,
      'an element of a list that is no sequence',
      'a list of the rows of a tensor',
      whereOf(plain(list).node),
    );
  const x = site.builder.need(found.tensor);
  const rows = found.rows ? whole(site, x, found.rows) : x;
  site.add('Gather', [rows, site.builder.need(place)], undefined, { axis: { i: 0 } });
}

/** A tensor of which a list has all rows, in order. */
function whole(site: Site, x: string, rows: Ref): string {
  const limit = countedTo(rows, (ref) => site.wholesOf(ref));
  if (!limit) refuse(site.where, 'rows in another order', '0, 1, 2, …', whereOf(plain(rows).node));
  const name = site.builder.fresh(`${x}.rows`);
  site.later('Collected', [x, site.builder.need(limit)], [name]);
  return name;
}

/** The elements of a list, one below the other: those that a loop wrote. */
function stack(site: Site, list: Ref, asked: Ref | undefined): void {
  const { node, output } = plain(list);
  if (!/^((Stateless)?While|Exit)$/.test(node.type))
    refuse(site.where, 'a list that no loop makes', 'While', whereOf(node));
  const { loop, carried } = loopOf(site, node);
  const index = loop.outputs.findIndex((own) => sameRef(own, { node, output }));
  const own = carried[index];
  if (own?.kind === 'last') {
    // That the loop is translated, whichever of what it gives is read.
    site.builder.need({ node, output });
    const state = loop.outputs[own.of];
    const last = state ? site.builder.need(state) : site.builder.endOf(loop, own.of, `${node.name}.${own.of}`);
    site.add('Unsqueeze', [last, site.whole('axes', [0])]);
    return;
  }
  if (own?.kind !== 'list') refuse(site.where, 'what is no list', 'a list that a loop writes', whereOf(node));
  if (asked && !sameSize(asked, list, own.size))
    refuse(site.where, 'some of the elements', 'all of them', whereOf(plain(asked).node));
  site.later('Collected', [site.builder.need({ node, output }), site.builder.need(own.size)]);
}

/** Whether a number is how many elements a list has. */
function sameSize(asked: Ref, list: Ref, size: Ref): boolean {
  const { node } = plain(asked);
  const flow = node.inputs[1];
  return (
    sameRef(plain(asked), plain(size)) ||
    (node.type === 'TensorArraySizeV3' && flow !== undefined && sameRef(plain(flow), plain(list)))
  );
}

const listGet: Translate = (site) => item(site.arity(3), site.ref(0), site.ref(1));

const arrayRead: Translate = (site) => item(site.arity(3), site.ref(2), site.ref(1));

function listStack(site: Site): void {
  // How many there must be, or an error: how many there are is looked at in any case.
  site.attributes.ignore('num_elements');
  stack(site, site.arity(1, 2).ref(0), undefined);
}

function arrayGather(site: Site): void {
  site.attributes.ignore('element_shape');
  const limit = countedTo(site.arity(3).ref(1), (ref) => site.wholesOf(ref));
  if (!limit) refuse(site.where, 'rows in another order', '0, 1, 2, …', whereOf(plain(site.ref(1)).node));
  stack(site, site.ref(2), limit);
}

export const LISTS: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  TensorArrayGatherV3: arrayGather,
  TensorArrayReadV3: arrayRead,
  TensorListGetItem: listGet,
  TensorListStack: listStack,
};
