import { Project, type ProjectOptions } from './project.js';

const MAX_PROJECTS = 1000;

/** All projects, in the order of their last use. */
export class Projects implements Iterable<[name: string, project: Project]> {
  readonly #projects = new Map<string, Project>();

  constructor(private readonly options: ProjectOptions) {}

  [Symbol.iterator](): IterableIterator<[string, Project]> {
    return this.#projects.entries();
  }

  /** The project, made if need be; the one that was unused for longest makes room. */
  take(name: string): Project {
    const project = this.#projects.get(name) ?? new Project(this.options);
    this.#projects.delete(name);
    this.#projects.set(name, project);
    if (this.#projects.size > MAX_PROJECTS) {
      const [oldest] = this.#projects.keys();
      if (oldest !== undefined) this.forget(oldest);
    }
    return project;
  }

  /** The project for reading: whoever asks for one does not make it. */
  look(name: string): Project {
    return this.#projects.get(name) ?? new Project(this.options);
  }

  /** Forgets one project, or all. */
  forget(name?: string): void {
    for (const [entry, project] of name === undefined ? [...this.#projects] : this.#only(name)) {
      project.clear();
      this.#projects.delete(entry);
    }
  }

  #only(name: string): [string, Project][] {
    const project = this.#projects.get(name);
    return project === undefined ? [] : [[name, project]];
  }
}
