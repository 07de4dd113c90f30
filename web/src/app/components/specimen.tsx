// One block of the living page: what it is, the rule of its use, and the thing itself.
import type { ReactNode } from 'react'
import styles from './specimen.module.css'

interface SpecimenProps {
  name: string
  /** How it is used, and how not. */
  rule: ReactNode
  children: ReactNode
}

export function Specimen({ name, rule, children }: SpecimenProps) {
  return (
    <section className={styles.specimen} id={name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}>
      <div className={styles.text}>
        <h2>{name}</h2>
        <p>{rule}</p>
      </div>
      <div className={styles.things}>{children}</div>
    </section>
  )
}
